"""Reads the numbers that a paper prints: typed in, and never edited to fit."""

import math

from common.errors import UserError
from common.reporting.text import read_text

_COLUMNS = ["row", "column", "value", "where", "note"]
_CORRECT = "correct or restore the file; it holds the paper's numbers as printed"


def read_published(path):
    """Reads one table of published numbers.

    The file has one line per number: the keys of its `row` and `column` in the
    table, the `value`, `where` the paper prints it, and a `note`. An optional sixth
    column `flag` says what forbids a comparison, such as `excluded: equals the
    precision`. A flagged number is shown but has no gap.

    Args:
        path: a CSV file, such as `papers/linkdsl/published/table1.csv`.

    Returns:
        A `DataFrame` with the columns row, column, value (float), where, note
        and flag, in the order of the file.

    Raises:
        UserError: the file cannot be read, has other columns, has a value that
            is not a finite number, or has a pair of row and column twice.
    """
    published = read_text(path, _CORRECT)
    if list(published) not in (_COLUMNS, [*_COLUMNS, "flag"]):
        raise UserError(
            path,
            f"the columns {','.join(_COLUMNS)}, optionally followed by flag",
            ",".join(published),
            _CORRECT,
        )
    if "flag" not in published:
        published["flag"] = ""
    twice = published[published.duplicated(["row", "column"])]
    if len(twice):
        key = ",".join(twice[["row", "column"]].iloc[0])
        raise UserError(path, "each row and column once", f"{key} twice", _CORRECT)
    published["value"] = [
        _number(text, f"{path}, {row},{column}")
        for row, column, text in published[["row", "column", "value"]].to_numpy()
    ]
    return published.astype({"value": "float64"})


def _number(text, place):
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise UserError(place, "a number as value", repr(text), _CORRECT)
    return value
