"""After `make reproduce-*` git has nothing to say, whichever the paper.

That of `linkdsl` is run as a user runs it, in `tests/papers/engine/test_reproduce.py`.
"""

import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from common.files import write_text
from common.reporting.cases import read_cases
from papers import registry
from papers.engine.cli import stages
from papers.engine.cli.app import main
from papers.engine.console import Console

ROOT = Path(__file__).resolve().parents[4]
COMMIT = ("-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "--quiet")


def git(*arguments):
    """Runs git where the test runs; returns what it printed."""
    made = subprocess.run(
        ["git", *arguments], check=True, capture_output=True, text=True
    )
    return made.stdout


class Finished:
    """Stands in for a `Runner`: two jobs are done, with the rows of the suite's demo.

    What is written, and where, is then up to the command line, the tables of the paper
    and all that derives from them.
    """

    def __init__(self, request):
        self.request, self.paper, self.console = request, request.paper, Console()
        self.dataset = SimpleNamespace(name="phantom", is_own=False)
        rows = read_cases(ROOT / "results" / self.paper.id / "phantom/cases.csv")
        self._rows = rows[rows["method"].isin(rows["method"].unique()[-2:])]
        methods = {method.id: method for method in self.paper.methods}
        jobs = self._rows[["method", "split", "fingerprint", "budget"]]
        self.jobs = [
            SimpleNamespace(
                method=methods[job.method],
                split_name=job.split,
                fingerprint=job.fingerprint,
                budget=job.budget,
                trains=False,
            )
            for job in jobs.drop_duplicates().itertuples()
        ]

    def rows(self, job):
        """Returns the rows of a job."""
        same = self._rows["method"] == job.method.id
        return self._rows[same & (self._rows["split"] == job.split_name)]

    def fan_out(self, verb):
        """Nothing is left to be done elsewhere."""

    train = evaluate = fan_out


@pytest.mark.parametrize(
    "paper_id", [name for name in registry.IDS if name != "linkdsl"]
)
def test_a_run_touches_no_file_that_git_holds(paper_id, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / ".gitignore", tmp_path)
    own = Path("results", paper_id)
    shutil.copytree(ROOT / own, own)
    git("init", "--quiet")
    git("add", ".")
    git(*COMMIT, "--message", "a clone")
    figure = "figure_of_this_run.png"
    monkeypatch.setattr(stages, "prepared", lambda request, **_: Finished(request))
    monkeypatch.setattr(
        registry.paper(paper_id).figures,
        "draw_figures",
        lambda runner, folder: [write_text(folder / figure, "") or folder / figure],
    )
    with pytest.raises(SystemExit) as stopped:
        main(["reproduce", paper_id])
    printed = "".join(capfd.readouterr())
    assert not stopped.value.code, printed
    local = Path("results", "local", paper_id, "phantom")
    written = {path.name for path in local.iterdir()}
    assert {"cases.csv", "cells.csv", "table1.csv", figure} <= written
    assert f"rows are in {local}: " in printed
    assert git("status", "--porcelain") == ""
