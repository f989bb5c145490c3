"""CSV files whose texts no spreadsheet computes, and which give them back."""

import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.files import csv_text, plain_cell, write_text
from common.reporting.text import read_text, to_csv

FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "-", "＝1")
FORMULAS += ("  =cmd|' /C calc'!A0", "'=1", "''=1", "=1\r\n=2")
WORDS = (
    "case 1",
    "a-b",
    "BraTS=1",
    "",
    "-1.5",
    "+1",
    "-1e-05",
    "-inf",
    "'",
    "'a",
    "'-1",
)
# What Excel, LibreOffice or Google's tables take for the beginning of a formula.
BEGINS = tuple("=+-@＝＋－＠\t\r\n")


def written(text):
    """The first cell of a row with a text and a word, as the file has it."""
    [_, row] = csv.reader(io.StringIO(csv_text(["ab", (text, "x")]), newline=""))
    assert row[1] == "x"
    return row[0]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_a_text(text):
    assert written(text) == f"'{text}" and plain_cell(f"'{text}") == text


@pytest.mark.parametrize("text", WORDS[:-1])
def test_words_and_numbers_stay(text):
    assert written(text) == plain_cell(text) == text


@given(st.text("=+-@＝\t\r\n' \",1.eaé", max_size=6))
def test_every_text_comes_back(text):
    cell = written(text)
    assert plain_cell(cell) == text
    if cell.lstrip(" ").startswith(BEGINS):
        assert isinstance(float(cell), float), "a number, which nobody computes"


def test_tables_come_back_from_their_files(tmp_path):
    names = [*FORMULAS, *WORDS]
    table = pd.DataFrame({"case": names, "=head": range(len(names))})
    write_text(tmp_path / "a.csv", to_csv(table))
    read = read_text(tmp_path / "a.csv", "write it again")
    assert read["case"].tolist() == names and list(read) == ["case", "=head"]


def test_numbers_are_written_as_numbers():
    frame = pd.DataFrame({"a": [-1.0, 1234567.0, float("nan")], "b": ["x", "-y", "z"]})
    assert to_csv(frame) == "a,b\n-1,x\n1234567,'-y\n,z\n"
