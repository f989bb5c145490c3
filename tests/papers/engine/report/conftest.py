"""A report of two papers: the suite's rows and 1,000 hostile cases of a user."""

import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from common.reporting.cases import read_cases
from papers import registry
from papers.engine.places import compared
from papers.engine.report import write_report
from papers.engine.results import write_files

ROOT = Path(__file__).resolve().parents[4]
HOSTILE = """<img src=x onerror="document.title='bad'">&'\\"</script>#é%2F"""
N_CASES = 1000


@pytest.fixture(scope="session")
def report(tmp_path_factory):
    """A written report: `folder`, `root`, the `Compared` papers; not to be changed."""
    root = tmp_path_factory.mktemp("report")
    before = Path.cwd()
    os.chdir(root)  # the suite's results are looked for where a command runs
    try:
        for name in ("linkdsl", "cunet"):
            shutil.copytree(ROOT / "results" / name, root / "results" / name)
        _write_own_rows(root)
        papers = [registry.paper(name) for name in ("linkdsl", "cunet")]
        found = compared(Path("results/local"), papers=papers)
        index = root / write_report(found, Path("results/local"))
    finally:
        os.chdir(before)
    return SimpleNamespace(root=root, folder=index.parent, compared=found, index=index)


def _write_own_rows(root):
    """Writes rows of a user: `N_CASES` cases, the first with a hostile name."""
    rows = read_cases(ROOT / "results" / "linkdsl" / "cases.csv")
    rows = rows[rows["method"] == "linknet"].head(1)
    rows = rows.loc[rows.index.repeat(N_CASES)].reset_index(drop=True)
    rows["case"] = [HOSTILE, *(f"case {n}" for n in range(1, N_CASES))]
    rows["patient"] = [HOSTILE, *(str(n) for n in range(1, N_CASES))]
    rows["group"] = "<b>glioma</b>"
    rows["command"] = "make reproduce-linkdsl METHODS=<i>linknet"
    rows["commit"] = "<s>abc</s>"
    rows["dice"] = [0.0, *(n / N_CASES for n in range(1, N_CASES))]
    folder = root / "results" / "local" / "linkdsl"
    folder.mkdir(parents=True)
    write_files(registry.paper("linkdsl"), folder, rows)
