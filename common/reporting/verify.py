"""Recorded ranges: has a result left the range in which it was once found?

The ranges are data beside the results, in `expected.csv`, so that a rerun on
another machine is judged by numbers that were recorded before.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from common.errors import UserError
from common.files import write_text
from common.reporting.cases import empty_cases, read_cases
from common.reporting.tables import result_files
from common.reporting.text import as_text, read_text, to_csv

_KEY = ["table", "row", "column", "data", "coverage", "profile", "budget", "split"]
_COLUMNS = [*_KEY, "value", "tolerance"]
_RECORD = "restore the file from git; or delete it, then `make record`"
_WRITE = "`make tables` writes it again"


@dataclass(frozen=True)
class Outcome:
    """One comparison.

    Args:
        what: the cell or file compared.
        expected: what was recorded.
        received: what was found.
        passed: whether they agree.
    """

    what: str
    expected: str
    received: str
    passed: bool

    def __str__(self):
        mark = "ok  " if self.passed else "FAIL"
        return f"{mark} {self.what}: expected {self.expected}, received {self.received}"


def verify(folder, tables):
    """Recomputes the cells from the cases and compares them with the record.

    Args:
        folder: a results folder such as `results/linkdsl`.
        tables: the paper's `Table`s.

    Returns:
        A list of `Outcome`s: one for each recorded range, then one for
        `cells.csv` and each table, which fails if the file differs from what
        the cases give.

    Raises:
        UserError: a file cannot be read.
    """
    folder = Path(folder)
    files = _recomputed(folder, tables)
    expected = folder / "expected.csv"
    outcomes = []
    if expected.exists():
        outcomes += _check_ranges(_read_expected(expected), files["cells.csv"])
    return outcomes + [check_file(folder / name, files[name]) for name in files]


def record(folder, tables, tolerance=0.02):
    """Writes `expected.csv` from the cells that have a value now.

    A range that was recorded before keeps its tolerance. A new one gets half the
    width of its bootstrap interval.

    Args:
        folder: a results folder.
        tables: the paper's `Table`s.
        tolerance: tolerance of a new range whose cell has no interval.

    Raises:
        UserError: a file cannot be read or written, or two cells differ only in
            the fingerprint of their data set.
    """
    import pandas as pd

    folder = Path(folder)
    path = folder / "expected.csv"
    cells = _recomputed(folder, tables)["cells.csv"]
    cells = cells[cells["reproduced"].notna()]
    if cells.duplicated(_KEY).any():
        raise UserError(
            folder / "cases.csv",
            "one fingerprint for each data set and coverage",
            ", ".join(cells["fingerprint"].unique()),
            "remove the rows of the outdated data",
        )
    half = (cells["ci_high"] - cells["ci_low"]) / 2
    cells = cells.assign(
        value=cells["reproduced"], tolerance=half.where(half > 0, tolerance)
    )
    if path.exists():
        kept = _read_expected(path).set_index(_KEY)["tolerance"]
        known = kept.reindex(pd.MultiIndex.from_frame(cells[_KEY])).to_numpy()
        cells["tolerance"] = cells["tolerance"].where(np.isnan(known), known)
    write_text(path, to_csv(cells[_COLUMNS]))


def _recomputed(folder, tables):
    path = folder / "cases.csv"
    return result_files(tables, read_cases(path) if path.exists() else empty_cases())


def _read_expected(path):
    expected = read_text(path, _RECORD)
    if list(expected) != _COLUMNS or expected.duplicated(_KEY).any():
        raise UserError(
            path, f"the columns {', '.join(_COLUMNS)}", ", ".join(expected), _RECORD
        )
    try:
        return expected.astype({"value": "float64", "tolerance": "float64"})
    except ValueError as error:
        raise UserError(path, "numbers", error, _RECORD) from error


def _check_ranges(expected, cells):
    found = {}
    for *key, value, note in cells[[*_KEY, "reproduced", "note"]].itertuples(
        index=False, name=None
    ):
        found.setdefault(tuple(key), []).append((value, note))
    outcomes = []
    for *key, value, tolerance in expected.itertuples(index=False, name=None):
        table, row, column, *group = key
        what = f"table {table}, {row}, {column} ({', '.join(filter(None, group))})"
        range_ = f"{value:.4f} +- {tolerance:.4f}"
        if tuple(key) not in found:
            outcomes.append(Outcome(what, range_, "no such row", False))
        for now, note in found.get(tuple(key), ()):
            received = note or "no value" if np.isnan(now) else f"{now:.4f}"
            inside = abs(now - value) <= tolerance
            outcomes.append(Outcome(what, range_, received, bool(inside)))
    return outcomes


def check_file(path, frame):
    """Compares a CSV file with what it should contain.

    Args:
        path: the file.
        frame: a `DataFrame` of what the cases give.

    Returns:
        An `Outcome`, which names the first cell that differs.
    """
    what = f"{path.name} against cases.csv"
    if not path.exists():
        return Outcome(what, "a file", f"no file; {_WRITE}", False)
    stored, computed = read_text(path, _WRITE), as_text(frame)
    if list(stored) != list(computed) or len(stored) != len(computed):
        return Outcome(
            what,
            f"{len(computed)} rows of {len(computed.columns)} columns",
            f"{len(stored)} of {len(stored.columns)}; {_WRITE}",
            False,
        )
    for name in stored:
        for number, (old, new) in enumerate(
            zip(stored[name], computed[name], strict=True)
        ):
            if not _same(old, new):
                return Outcome(
                    f"{what}, row {number + 1}, {name}",
                    repr(new),
                    f"{old!r}; {_WRITE}",
                    False,
                )
    return Outcome(what, "the same", "the same", True)


def _same(old, new):
    if old == new:
        return True
    try:
        # Another machine may round the sixth digit the other way.
        return bool(np.isclose(float(old), float(new), rtol=1e-5, atol=1e-9))
    except ValueError:
        return False
