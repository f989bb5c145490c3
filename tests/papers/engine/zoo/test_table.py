"""The table of the model zoo: scores are the means of committed rows."""

import subprocess
import sys
from pathlib import Path

import pytest

from common.reporting.cases import read_cases
from papers import registry
from papers.engine.zoo.table import HEAD, markdown, rows, rows_of

ROOT = Path(__file__).resolve().parents[4]


def test_scores_are_of_cases_that_the_weights_have_not_seen():
    (row,) = [
        one for one in rows(ROOT / "results") if one[0] == "anisocascade-released"
    ]
    line = dict(zip(HEAD, row, strict=True))
    cases = read_cases(ROOT / "results" / "anisocascade" / "cases.csv")
    mine = cases[(cases["method"] == "released") & (cases["data"] == "brats21")]
    mine = mine[mine["profile"] == "released"]
    assert f"{mine['wt_dice'].mean():.3f} whole" in line["Dice"]
    assert f"n = {len(mine)}, brats21, unseen" in line["Dice"]
    assert line["size"] == "23 MB in 18 files" and "285" in line["trained on"]


def test_without_results_nothing_is_claimed(tmp_path):
    assert all("not scored" in row for row in rows(tmp_path))


def test_the_page_has_the_table():
    page = (ROOT / "papers" / "anisocascade" / "README.md").read_text(encoding="utf-8")
    paper = registry.paper("anisocascade")
    assert markdown(rows_of(paper, ROOT / "results")) in page


def test_ids_are_unique():
    ids = [weights.id for paper in registry.papers() for weights in paper.weights]
    assert ids and len(set(ids)) == len(ids)


@pytest.mark.parametrize("verb", ["list", "--help"])
def test_the_command_line(verb, tmp_path, monkeypatch):
    """From another folder, too."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    words = [sys.executable, "-m", "papers", "weights", verb]
    shown = subprocess.run(
        words, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    wanted = "linkdsl-linknet" if verb == "list" else "download"
    assert wanted in shown.stdout and "tensorflow" not in shown.stderr.lower()
