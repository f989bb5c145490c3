"""Published numbers are read as typed data or refused with the reason."""

import pytest

from common.errors import UserError
from common.reporting.published import read_published

HEADER = "row,column,value,where,note\n"


def read(tmp_path, text):
    path = tmp_path / "table1.csv"
    path.write_text(text)
    return read_published(path)


def test_reads_numbers_and_keeps_the_words(tmp_path):
    text = HEADER + 'bce,dice,0.7315,"Table 1, row Bce","printed as ""07315"""\n'
    (line,) = read(tmp_path, text).to_dict("records")
    assert line == {
        "row": "bce",
        "column": "dice",
        "value": 0.7315,
        "where": "Table 1, row Bce",
        "note": 'printed as "07315"',
        "flag": "",
    }


def test_a_row_named_na_is_not_a_missing_value(tmp_path):
    assert read(tmp_path, HEADER + "NA,dice,1,,\n")["row"].tolist() == ["NA"]


@pytest.mark.parametrize(
    "text, message",
    [
        ("row,column,value\nbce,dice,0.7\n", "expected the columns row,column,value,"),
        ("", "expected the columns"),
        (HEADER + "bce,dice,O.73,,\n", "bce,dice: expected a number.*'O.73'"),
        (HEADER + "bce,dice,,,\n", "expected a number as value"),
        (HEADER + "bce,dice,nan,,\n", "expected a number as value"),
        (HEADER + "bce,dice,0.7,,\nbce,dice,0.8,,\n", "bce,dice twice"),
        (HEADER + "bce,dice,0.7,Table 1, row 2,\n", "line 2: expected 5 fields"),
        (HEADER + 'bce,dice,0.7,"open,\n', "expected a readable CSV file"),
    ],
)
def test_refuses(tmp_path, text, message):
    with pytest.raises(UserError, match=message):
        read(tmp_path, text)


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(UserError, match="nothing.csv.*No such file"):
        read_published(tmp_path / "nothing.csv")
