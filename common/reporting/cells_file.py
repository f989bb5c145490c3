"""Reads `cells.csv` as it stands there, once it holds what its readers rely on."""

import re

from common.errors import UserError
from common.reporting.cells import COLUMNS
from common.reporting.text import read_columns

_NUMBERS = ["published", "reproduced", "gap", "ci_low", "ci_high", "sd_seeds"]
_NUMBERS += ["n_cases", "n_empty_truth", "n_missed", "n_undefined", "n_failed"]
_NUMBER = re.compile(r"-?[0-9.]+(e[-+][0-9]+)?|-?inf|")


def read_cells(path, next_step):
    """Reads the cells of all tables of a paper.

    Args:
        path: a `cells.csv`.
        next_step: what the user should do if it cannot be read.

    Returns:
        A `DataFrame` of strings; empty cells are empty strings.

    Raises:
        UserError: the file cannot be read, lacks a column, or has text where a number
            belongs.
    """
    cells = read_columns(path, COLUMNS, next_step)
    for name in _NUMBERS:
        wrong = [text for text in cells[name] if not _NUMBER.fullmatch(text)]
        if wrong:
            expected = f"only numbers in the column {name}"
            raise UserError(path, expected, repr(wrong[0]), next_step)
    return cells
