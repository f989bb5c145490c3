"""The paper's claim, judged with and without the cases that lack a region."""

from pathlib import Path

from common.files import write_text
from common.reporting.cases import read_cases
from common.reporting.empty_truth import ALL, WITH_REGION
from common.reporting.text import to_csv
from papers.dsunet.claims import CLAIM_TABLE, CLAIMS
from papers.dsunet.paper import PAPER
from papers.engine.pages.claims import claims_by_score

RESULTS = Path(__file__).parents[3] / "results" / "dsunet"


def test_the_recorded_rows_are_judged_both_ways():
    found = CLAIM_TABLE(read_cases(RESULTS / "cases.csv"))
    found = found[found["data"] == "brats17-cubes32"].set_index(["score", "cases"])
    assert found.loc[("mean_dice", ALL), "published_parameters_second"] == 3757945
    for score in ("et_dice", "tc_dice", "mean_dice"):
        assert {name for one, name in found.index if one == score} == {ALL, WITH_REGION}
    # Three cubes without enhancing tumor decide the mean.
    assert found.loc[("mean_dice", ALL), "verdict"] == "contradicted"
    assert found.loc[("mean_dice", WITH_REGION), "verdict"] == "undecided"
    assert "profile cpu" in found.loc[("mean_dice", ALL), "note"]


def test_the_page_names_the_rule(tmp_path):
    assert "claims.csv" in PAPER.derived
    cases = read_cases(RESULTS / "cases.csv").assign(data="whole")
    write_text(tmp_path / "claims.csv", to_csv(CLAIM_TABLE(cases)))
    shown = claims_by_score(tmp_path, CLAIMS, "gain").splitlines()[2:]
    lines = [line for line in shown if line.startswith("| ")]
    assert len(lines) > 4
    assert all("both empty: 1, one empty: 0" in line for line in lines)
    write_text(tmp_path / "claims.csv", to_csv(CLAIM_TABLE(cases.iloc[:0])))
    assert (
        claims_by_score(tmp_path, CLAIMS, "gain").count("not run on whole scans") == 4
    )
