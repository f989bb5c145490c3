"""The rows of single cases, `cases.csv`, from which every table is computed."""

from common.errors import UserError
from common.files import write_text
from common.reporting.order import natural
from common.reporting.text import read_text, to_csv

# A run is replaced as a whole when it is evaluated again.
RUN = ["paper", "method", "data", "fingerprint", "profile", "budget", "split"]
RUN += ["fold", "seed"]
_FIRST = ["paper", "method", "data", "coverage", "fingerprint", "profile", "budget"]
_FIRST += ["split", "fold", "seed", "case", "patient", "group", "status"]
# Text among the metrics, if a paper has it: the convention of its scores.
_WORDS = ["convention"]
_LAST = ["command", "commit"]
_INTEGERS = ["fold", "seed"]
RESTORE = "restore the file from git; or delete it, then `make reproduce-…` again"


def empty_cases():
    """Returns a table of cases without rows, for results of which nothing was run."""
    import pandas as pd

    texts = pd.DataFrame(columns=_FIRST + _LAST, dtype=str)
    return texts.astype(dict.fromkeys(_INTEGERS, "int64"))


def read_cases(path):
    """Reads the rows of single cases.

    Args:
        path: a `cases.csv`.

    Returns:
        A `DataFrame`. The columns that say what was run are strings (a case
        `"007"` keeps its zeros), fold and seed are integers, and every column
        between `status` and `command` is a metric: float, NaN where the cell
        is empty. The exception is `convention`, which names their definition.

    Raises:
        UserError: the file cannot be read, lacks a column, has text where a
            number belongs, or has a case twice in one run.
    """
    import numpy as np
    import pandas as pd

    cases = read_text(path, RESTORE)
    missing = [name for name in _FIRST + _LAST if name not in cases]
    if missing:
        raise UserError(
            path,
            f"the columns {', '.join(_FIRST)}, metrics and {', '.join(_LAST)}",
            f"no column {', '.join(missing)}",
            RESTORE,
        )
    for name in _INTEGERS + _metrics(cases):
        try:
            cases[name] = (
                np.array([int(cell) for cell in cases[name]], dtype="int64")
                if name in _INTEGERS
                else pd.to_numeric(cases[name]).astype("float64")
            )
        except (ValueError, OverflowError) as error:
            raise UserError(
                path, f"only numbers in the column {name}", error, RESTORE
            ) from error
    twice = cases[cases.duplicated([*RUN, "case"])]
    if len(twice):
        raise UserError(
            path,
            "each case once in a run",
            f"{len(twice)} repeated rows, the first for case {twice['case'].iloc[0]} "
            f"of {twice['method'].iloc[0]}",
            "remove the rows that do not belong there; a merge may have left them",
        )
    return cases


def merge_cases(old, new):
    """Replaces the old rows of some runs with new ones.

    A run is one method on one data set, profile, budget, split, fold and seed.
    All old rows of such a run are removed; rows of other runs stay.

    Args:
        old: a `DataFrame` such as `read_cases` returns.
        new: the rows of one or more whole runs.

    Returns:
        A `DataFrame` with the columns of both.
    """
    import pandas as pd

    replaced = pd.MultiIndex.from_frame(new[RUN])
    kept = old[~pd.MultiIndex.from_frame(old[RUN]).isin(replaced)]
    # An empty frame would decide the types of the columns.
    parts = [part for part in (kept, new) if len(part)]
    return _sorted(pd.concat(parts, ignore_index=True) if parts else old)


def write_cases(path, cases):
    """Writes the rows of single cases, sorted: the same rows are the same bytes.

    Args:
        path: a `cases.csv`; replaced as a whole.
        cases: the rows.

    Raises:
        UserError: the file cannot be written.
    """
    write_text(path, to_csv(_sorted(cases)))


def _sorted(cases):
    words = [name for name in _WORDS if name in cases]
    cases = cases[_FIRST + words + _metrics(cases) + _LAST]
    return cases.sort_values([*RUN, "case"], ignore_index=True, key=_sortable)


def _sortable(column):
    return column.map(natural) if column.name == "budget" else column


def _metrics(cases):
    return [name for name in cases if name not in _FIRST + _WORDS + _LAST]
