"""CSV files with other people's words, which no spreadsheet takes for formulas."""

import re

from common.reporting.text import to_csv

# How a cell begins that Excel, LibreOffice or Google's tables would compute.
_BEGINS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def to_safe_csv(frame):
    """Returns a table as CSV text, in which text that looks like a formula is quoted.

    Such a text gets an apostrophe in front, by which spreadsheets know a text
    (CWE-1236). Numbers, also negative ones, stay as `common.reporting.text.to_csv`
    writes them.

    Args:
        frame: a `DataFrame` of numbers and texts.
    """
    return to_csv(frame.astype(object).map(neutral))


def neutral(value):
    """Returns a cell that is no formula, on one line.

    Args:
        value: a text, or anything else, which is returned as it is.

    Example:

    >>> neutral("=1+1"), neutral("case 1"), neutral(-1.5)
    ("'=1+1", 'case 1', -1.5)
    """
    if not isinstance(value, str):
        return value
    line = re.sub(r"[\t\r\n]", " ", value)
    return f"'{line}" if line.lstrip(" ").startswith(_BEGINS) else line
