"""The tables of a paper, written beside the cases behind them."""

from pathlib import Path

from common.files import write_text
from common.reporting.cases import read_cases, write_cases
from common.reporting.cells import GROUP, build_cells
from common.reporting.published import read_published
from common.reporting.text import to_csv

_PER_COLUMN = ["published", "reproduced", "gap", "ci_low", "ci_high", "sd_seeds"]
_PER_ROW = ["data", "n_cases", "n_failed", "coverage", "profile", "budget", "split"]
_PER_ROW += ["folds", "seeds", "fingerprint", "note"]


def build_table(table, cells):
    """Arranges cells in the paper's shape.

    Args:
        table: a `Table`.
        cells: as `build_cells` returns them, perhaps with other tables' cells.

    Returns:
        A `DataFrame` with one row per method and group: `row, method`, for each
        column its published and reproduced number, gap and interval, then what
        it was run on. Rows of one group stand together.
    """
    import pandas as pd

    titles = {row.key: row.title for row in table.rows}
    lines = []
    mine = cells[cells["table"] == table.name]
    for (key, *_), group in mine.groupby(["row", *GROUP], sort=False):
        line = {"row": key, "method": titles[key]}
        for cell in group.to_dict("records"):
            line |= {f"{cell['column']}_{name}": cell[name] for name in _PER_COLUMN}
        line |= group.iloc[0][_PER_ROW].to_dict()
        notes = "; ".join(filter(None, [table.note, *group["note"].unique()]))
        # A cell's note repeats its row's, but each remark is shown once.
        lines.append(line | {"note": "; ".join(dict.fromkeys(notes.split("; ")))})
    scores = [
        f"{column.key}_{name}" for column in table.columns for name in _PER_COLUMN
    ]
    return pd.DataFrame(lines, columns=["row", "method", *scores, *_PER_ROW])


def result_files(tables, cases):
    """Computes the files of a results folder from the cases.

    Args:
        tables: the paper's `Table`s.
        cases: as `read_cases` returns them.

    Returns:
        A dictionary from file name to `DataFrame`: `cells.csv`, then each table.
    """
    import pandas as pd

    cells = [
        build_cells(table, cases, read_published(table.published_csv))
        for table in tables
    ]
    files = {"cells.csv": pd.concat(cells, ignore_index=True)}
    for table, of_table in zip(tables, cells, strict=True):
        files[table.file_name] = build_table(table, of_table)
    return files


def write_results(folder, tables, cases):
    """Writes `cases.csv`, `cells.csv` and one CSV file per table.

    Args:
        folder: such as `results/linkdsl`.
        tables: the paper's `Table`s.
        cases: all rows of single cases of the paper.

    Returns:
        The cases as `cases.csv` holds them now.

    Raises:
        UserError: a file cannot be written, or the cases do not fit the tables.
    """
    folder = Path(folder)
    write_cases(folder / "cases.csv", cases)
    # Read back, so that the tables follow from the file and not from digits
    # that the file does not hold.
    cases = read_cases(folder / "cases.csv")
    for name, frame in result_files(tables, cases).items():
        write_text(folder / name, to_csv(frame))
    return cases


def joined_table(papers):
    """Joins the tables of several papers on one data set, with every column.

    Args:
        papers: for each paper's id its `Table`s and their cells, as `build_cells`
            returns them or as texts of `cells.csv`.

    Returns:
        A `DataFrame`: `paper` and `table`, then the columns of all tables.
        Rows that were not run have their published numbers only and say so.
    """
    import pandas as pd

    parts = []
    for paper, (tables, cells) in papers.items():
        for table in tables:
            part = build_table(table, cells)
            part.insert(0, "paper", paper)
            part.insert(1, "table", table.name)
            parts.append(part)
    joined = pd.concat(parts, ignore_index=True)
    scores = [name for name in joined if name not in _PER_ROW]
    return joined[[*scores, *_PER_ROW]]
