"""The committed results are what their per-case rows give, within their range."""

from pathlib import Path

import pytest

from common.reporting.cases import read_cases
from common.reporting.cells import is_phantom
from common.reporting.figures import why_stale
from common.reporting.verify import verify
from papers import registry
from papers.engine.cli.tables import compared, write_joined
from papers.engine.results import check_derived

RESULTS = Path(__file__).resolve().parents[1] / "results"


@pytest.mark.parametrize("paper_id", registry.IDS)
def test_committed_results_are_in_range(paper_id):
    """Those of phantoms and of a few cases, which have no range, follow from rows."""
    paper, root = registry.paper(paper_id), RESULTS / paper_id
    for folder in [path.parent for path in root.rglob("cases.csv")]:
        outcomes = verify(folder, paper.tables) + check_derived(paper, folder)
        failed = [str(outcome) for outcome in outcomes if not outcome.passed]
        assert not failed, "\n".join([str(folder), *failed])
    assert (root / "expected.csv").exists()


@pytest.mark.parametrize("paper_id", registry.IDS)
def test_phantoms_live_apart(paper_id):
    folder = RESULTS / paper_id
    assert not read_cases(folder / "cases.csv")["data"].map(is_phantom).any()
    phantom = folder / "phantom" / "cases.csv"
    if phantom.exists():
        assert read_cases(phantom)["data"].map(is_phantom).all()


@pytest.mark.parametrize("dataset", ["figshare", "brats15", "brats17", "brats18"])
def test_joined_tables_are_what_the_papers_rows_give(tmp_path, monkeypatch, dataset):
    monkeypatch.chdir(RESULTS.parent)
    for path in write_joined(compared(RESULTS, dataset), dataset, tmp_path):
        committed = (RESULTS / path.name).read_text(encoding="utf-8")
        assert path.read_text(encoding="utf-8") == committed, "run `make tables`"


def test_no_figure_is_stale():
    """`make figures-again` draws or removes those that are."""
    figures = [f for paper in registry.IDS for f in (RESULTS / paper).rglob("*.png")]
    stale = {str(path): why_stale(path) for path in figures}
    assert {path: reason for path, reason in stale.items() if reason} == {}
