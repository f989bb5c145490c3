"""CSV files whose texts no spreadsheet computes."""

import csv
import io

import pandas as pd
import pytest

from common.reporting.safe_text import neutral, to_safe_csv

FORMULAS = (
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "  =cmd|' /C calc'!A0",
    "＝1",
)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_a_text(text):
    table = to_safe_csv(pd.DataFrame({"case": [text], "dice": [0.5]}))
    [_, row] = csv.reader(io.StringIO(table, newline=""))
    assert row == ["'" + text.replace("\t", " ").replace("\r", " "), "0.5"]


@pytest.mark.parametrize("value", ["case 1", "a-b", "BraTS=1", "", -1.5, 0, None])
def test_what_is_no_formula_stays(value):
    assert neutral(value) == value and type(neutral(value)) is type(value)


def test_a_name_with_a_line_break_is_one_line():
    table = to_safe_csv(pd.DataFrame({"case": ["a\r\n=1"]}))
    assert table == "case\na  =1\n"


def test_numbers_are_written_as_elsewhere():
    frame = pd.DataFrame({"a": [-1.0, 1234567.0, float("nan")], "b": ["x", "-y", "z"]})
    assert to_safe_csv(frame) == "a,b\n-1,x\n1234567,'-y\n,z\n"
