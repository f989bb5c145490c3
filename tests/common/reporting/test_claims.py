"""Claims: verdicts by intervals, and one line for each claim and run."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from common.reporting.aggregate import Mean
from common.reporting.cells import GROUP
from common.reporting.claims import Claim, ClaimTable, difference_from_paper
from common.reporting.table import Column


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.1, 0.2, "supported"),
        (-0.2, -0.1, "contradicted"),
        (-0.1, 0.1, "undecided"),
        (0.0, 0.0, "undecided"),
        (np.nan, np.nan, "undecided"),
    ],
)
def test_verdict_by_the_interval(low, high, verdict):
    assert Claim("b is better", "a", "b", "dice").verdict(low, high) == verdict


@dataclass(frozen=True)
class Table(ClaimTable):
    dataset = "brats17"
    first_columns = ("claim",)

    def published(self, claim):
        return {"claim": claim.text}

    def judge(self, claim, cases):
        column = Column("dice", "Dice", Mean("dice"), "mean")
        return self.judge_by(claim, cases, column)


def rows(level, **run):
    """Thirty patients of two methods; the second is higher by `level`."""
    same = dict.fromkeys(GROUP, "") | {"status": "ok", "fold": 0, "seed": 0}
    same |= {"data": "brats17", "coverage": "285/285", "profile": "paper"} | run
    return pd.DataFrame(
        same
        | {"method": method, "case": f"c{i}", "patient": f"p{i}"}
        | {"dice": 0.5 + 0.001 * i + (level if method == "b" else 0)}
        for method in "ab"
        for i in range(30)
    )


def test_one_line_per_claim_and_run():
    claims = (Claim("b over a", "a", "b", "dice"), Claim("a over b", "b", "a", "dice"))
    cases = pd.concat([rows(0.1), rows(-0.1, data="other")], ignore_index=True)
    cases.loc[0, "status"] = "failed: unreadable"
    found = Table(claims)(cases)
    assert list(found["claim"]) == ["b over a"] * 2 + ["a over b"] * 2
    assert list(found["data"]) == ["brats17", "other"] * 2
    assert list(found["verdict"]) == [
        *("supported", "contradicted"),
        *("contradicted", "supported"),
    ]
    assert list(found["n_patients"]) == [29, 30] * 2
    assert found["note"][0] == "" and "data other" in found["note"][1]
    assert Table(claims)(cases[cases["method"] == "a"]).empty


def test_what_separates_a_run_from_the_papers():
    run = {"data": "phantom", "coverage": "3/3", "profile": "demo"}
    assert "phantom" in difference_from_paper(run, "brats17")
    run = {"data": "brats17", "coverage": "9/285", "profile": "cpu"}
    note = difference_from_paper(run, "brats17")
    assert note.endswith(": 9 of 285 cases; profile cpu")
    run = {"data": "brats17", "coverage": "285/285", "profile": "paper"}
    assert difference_from_paper(run, "brats17") == ""
