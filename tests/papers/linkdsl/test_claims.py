"""The paper's claims, paired by image."""

from pathlib import Path

import pandas as pd
import pytest

from common.reporting.cases import read_cases
from papers.linkdsl.claims import CLAIM_TABLE, CLAIMS
from papers.linkdsl.page import claims_table

RESULTS = Path(__file__).parents[3] / "results" / "linkdsl"


@pytest.fixture(scope="module")
def cases():
    return read_cases(RESULTS / "cases.csv")


def test_the_difference_is_of_the_same_images(cases):
    found = CLAIM_TABLE(cases).set_index(["first", "second", "budget"])
    run = cases[(cases["budget"] == "40 epochs") & (cases["split"] == "image")]
    dice = run.pivot(index="case", columns="method", values="dice")
    by_hand = dice["cdsl"] - dice["dual"]
    line = found.loc[("dual", "cdsl", "40 epochs")]
    assert line["difference"] == pytest.approx(by_hand.mean(), abs=1e-6)
    assert (line["n_cases"], line["n_patients"]) == (239, run["patient"].nunique())
    assert line["note"].startswith("interval over images")
    assert line["published_difference"] == pytest.approx(0.8003 - 0.7812)
    assert line["ci_low"] < line["difference"] < line["ci_high"]
    # The spread of the mean over images, and not over patients: 1.96 of its deviations.
    half = 1.96 * by_hand.std() / len(by_hand) ** 0.5
    assert (line["ci_high"] - line["ci_low"]) / 2 == pytest.approx(half, rel=0.1)


def test_verdicts(cases):
    """A second method that is ahead on each image, behind on each, and by turns."""
    run = cases[(cases["budget"] == "40 epochs") & (cases["method"] == "dual")]
    signs = pd.Series([1, -1] * len(run), index=None)[: len(run)].to_numpy()
    for shift, verdict in ((0.1, "supported"), (-0.1, "contradicted")):
        other = run.assign(method="cdsl", dice=run["dice"] + shift)
        (line,) = CLAIM_TABLE(pd.concat([run, other])).to_dict("records")
        assert (line["verdict"], line["table"]) == (verdict, "3")
    other = run.assign(method="cdsl", dice=run["dice"] + 0.1 * signs)
    (line,) = CLAIM_TABLE(pd.concat([run, other])).to_dict("records")
    assert line["verdict"] == "undecided"


def test_every_claim_has_its_published_numbers():
    for claim in CLAIMS:
        head = CLAIM_TABLE.published(claim)
        assert head["published_difference"] > 0
        assert f"Table {head['table']})" in claim.text


def test_the_page_shows_the_largest_budget_alone():
    lines = claims_table(RESULTS).splitlines()
    _, _, *claims = [line for line in lines if line.startswith("| ")]
    assert len(claims) == len(CLAIMS)
    assert "12 epochs" not in "".join(lines)
