"""The table of moved scans grows by a row at a time, and is resumed."""

import csv

import pytest

from benchmarks.scans.table import add_row, holds, read_rows


def test_rows_are_kept_and_in_order(tmp_path):
    path = tmp_path / "own_scan.csv"
    assert not holds(path, "b", "1 mm") and read_rows(path) == []
    rows = [
        {"case": case, "grids": grids, "wt": "0.9715"}
        for case, grids in (("b", "1 mm"), ("a", "5 mm"), ("b", "T1ce 1 mm, others 5"))
    ]
    for number, row in enumerate(rows):
        assert not holds(path, row["case"], row["grids"])
        add_row(path, row)
        assert holds(path, row["case"], row["grids"])
        assert len(read_rows(path)) == number + 1
    assert not holds(path, "a", "1 mm")
    with open(path, newline="") as file:
        assert list(csv.DictReader(file)) == [rows[1], rows[0], rows[2]]


def test_another_column_is_refused(tmp_path):
    add_row(tmp_path / "t.csv", {"case": "a", "grids": "1 mm", "wt": "1"})
    with pytest.raises(ValueError, match="Expected columns"):
        add_row(tmp_path / "t.csv", {"case": "b", "grids": "1 mm", "et": "1"})
