"""Small published tables for the tests of the audit."""

from common.audit.audit import audit
from common.audit.input import read_printed


def write_tables(folder, *tables, **files):
    """Writes `{row: {column: text}}` as table1.csv, …, and other files by name.

    A text such as `"<1e-4"` becomes an upper bound.
    """
    for number, rows in enumerate(tables, 1):
        lines = ["row,column,value,where,note,flag"]
        for row, cells in rows.items():
            for column, text in cells.items():
                flag = "upper bound: printed so" if text.startswith("<") else ""
                lines.append(f"{row},{column},{text.lstrip('<')},,,{flag}")
        (folder / f"table{number}.csv").write_text("\n".join(lines) + "\n")
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def findings_of(folder, *tables, **files):
    """Returns the findings on such tables as dictionaries, without notes on pooling."""
    found = audit({"one": read_printed(write_tables(folder, *tables, **files))})
    return found[found["rule"] != "pooled"].to_dict("records")
