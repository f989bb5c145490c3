"""The survival table of BraTS 2017 to 2020, whose columns are named differently."""

import pandas as pd

from common.errors import UserError
from common.files import unreadable
from data.brats.layout import find_layout

FILES = ("survival_data.csv", "survival_info.csv", "survival_evaluation.csv")

_COLUMNS = {
    "id": r"brats\d\d_?id",
    "age": r"age",
    "survival_days": r"survival(_days)?",
    "resection": r"resectionstatus|extent_of_resection",
}
_COPY = "copy the table from the release again"


def read_survival(root):
    """Reads the survival table of a data set, one row per patient listed there.

    Args:
        root: the data set's folder, a grade folder of it, or a folder above it.

    Returns:
        A pandas table with the columns `id` (the case), `age` in years and
        `survival_days`, both floats, and `resection` (`"GTR"`, `"STR"` or `""`).
        Unknown numbers are NaN, as are the days of patients who were alive at the
        last visit, and all days of a validation set.

    Raises:
        UserError: there is no table, or it does not identify its cases.
    """
    folder = find_layout(root).root
    path = next((folder / name for name in FILES if (folder / name).is_file()), None)
    if path is None:
        fix = "use a release of 2017 to 2020; the others have no such table"
        raise UserError(folder, f"one of {', '.join(FILES)}", "none", fix)
    try:
        # Without the defaults: the resection "NA" is a value here, not a missing one.
        table = pd.read_csv(
            path, dtype=str, keep_default_na=False, encoding="utf-8-sig"
        )
    except OSError as error:
        raise unreadable(path, error) from error
    except ValueError as error:
        raise UserError(path, "a CSV table", error, _COPY) from error
    columns = {name: _column(table, pattern) for name, pattern in _COLUMNS.items()}
    if columns["id"] is None or (columns["id"] == "").any():
        received = f"{len(table)} rows of {', '.join(table.columns)}"
        raise UserError(path, "a column BraTS<year>ID without gaps", received, _COPY)
    table = pd.DataFrame(columns).fillna("")
    for name in ("age", "survival_days"):
        table[name] = pd.to_numeric(table[name], errors="coerce").astype(float)
    table["resection"] = table["resection"].replace("NA", "")
    return table


def _column(table, pattern):
    """Returns the column whose whole name matches, or None."""
    matches = table.columns.str.fullmatch(f"\\s*({pattern})\\s*", case=False)
    return table.loc[:, matches].iloc[:, 0].str.strip() if matches.any() else None
