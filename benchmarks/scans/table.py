"""The table of moved scans, which grows by one row at a time."""

import csv
from pathlib import Path

from common.files import csv_text, plain_cell, write_text


def read_rows(path):
    """Returns the rows of a table, texts by column; none where there is no table.

    Args:
        path: of a CSV file that `add_row` wrote.
    """
    if not Path(path).exists():
        return []
    with open(path, newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    return [{name: plain_cell(cell) for name, cell in row.items()} for row in table]


def holds(path, case, grids):
    """Returns whether a table has the row of a scan.

    Args:
        path: of the CSV file, which may be missing.
        case: the id of the case.
        grids: the kind of its grids.
    """
    return any((r["case"], r["grids"]) == (case, grids) for r in read_rows(path))


def add_row(path, row):
    """Adds a row to a table, which stays in order of case and kind of grid.

    Args:
        path: of the CSV file, written if it is missing.
        row: texts by column.

    Raises:
        ValueError: the table has other columns.
    """
    rows = [*read_rows(path), row]
    columns = list(rows[0])
    if list(row) != columns:
        raise ValueError(f"Expected columns {columns}. Received: {list(row)}")
    rows.sort(key=lambda one: (one["case"], one["grids"]))
    write_text(path, csv_text([columns, *(one.values() for one in rows)]))
