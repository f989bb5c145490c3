"""Rows on their way between the suite's own results and everybody's runs."""

import io
import subprocess

from common.files import lock
from common.reporting.cases import RUN, empty_cases, merge_cases, read_cases
from common.reporting.text import as_text
from common.reporting.trainings import record_trainings, recorded_trainings
from papers.engine import curves
from papers.engine.console import count
from papers.engine.request import LOCAL, SUITES
from papers.engine.results import write_files


def promote(paper, source, root, say):
    """Merges the rows, curves and trainings of one folder of results into another one.

    Figures are drawn again by `make figures-again`.

    Args:
        paper: a `papers.engine.paper.Paper`.
        source: folder of all results to take the paper's runs from.
        root: folder of all results to take them to.
        say: function that shows a line of text.
    """
    for path in sorted((source / paper.id).rglob("cases.csv")):
        folder = root / path.parent.relative_to(source)
        rows = read_cases(path)
        _merge(paper, folder, rows)
        learning = path.parent / curves.FILE
        if learning.exists():
            with lock(folder):
                curves.record_curves(folder, curves.read_curves(learning))
        with lock(folder):
            record_trainings(folder, recorded_trainings(path.parent))
        say(f"{count(len(rows), 'row')} of {path.parent} are in {folder}")


def take_over(paper, say):
    """Copies rows of runs that earlier versions wrote among the suite's own.

    Runs wrote to `results/` before they had a place of their own. Whatever no commit
    holds there is the user's. Without git nobody can tell, and nothing is copied.

    Args:
        paper: a `papers.engine.paper.Paper`.
        say: function that shows a line of text.
    """
    for path in _in_no_commit(SUITES / paper.id):
        folder = LOCAL / path.parent.relative_to(SUITES)
        target = folder / "cases.csv"
        known = read_cases(target) if target.exists() else empty_cases()
        rows = _own_runs(path)
        rows = rows[~_runs(rows).isin(_runs(known))]
        if rows.empty:
            continue
        _merge(paper, folder, rows)
        say(
            f"{count(len(rows), 'row')} of earlier runs of yours, which {path} has and "
            f"no commit, are now in {folder}, where your runs go"
        )


def _merge(paper, folder, rows):
    path = folder / "cases.csv"
    with lock(folder):
        old = read_cases(path) if path.exists() else empty_cases()
        write_files(paper, folder, merge_cases(old, rows))


def _runs(cases):
    import pandas as pd

    return pd.MultiIndex.from_frame(cases[RUN])


def _in_no_commit(folder):
    """Returns the files of rows in a folder that differ from the last commit."""
    changed = _git(folder, "diff", "--name-only", "--relative", "-z", "HEAD", "--", ".")
    new = _git(folder, "ls-files", "--others", "-z", "--", ".")
    names = {*(changed or "").split("\0"), *(new or "").split("\0")}
    paths = [folder / name for name in sorted(names) if name]
    return [path for path in paths if path.name == "cases.csv" and path.exists()]


def _own_runs(path):
    """Returns the rows of the runs in a file that its last commit does not hold."""
    import pandas as pd

    rows = read_cases(path)
    committed = _git(path.parent, "show", f"HEAD:./{path.name}")
    if committed is None:
        return rows
    old = pd.read_csv(io.StringIO(committed), dtype=str, na_filter=False)
    shared = [name for name in rows if name in old]
    known = set(old[shared].itertuples(index=False, name=None))
    here = as_text(rows[shared]).itertuples(index=False, name=None)
    differ = rows[[row not in known for row in here]]
    return rows[_runs(rows).isin(_runs(differ))]


def _git(folder, *arguments):
    """Returns what git prints, or None where it cannot answer."""
    try:
        done = subprocess.run(
            ["git", "-C", folder, *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:  # no git here
        return None
    return None if done.returncode else done.stdout
