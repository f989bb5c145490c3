"""Tables 1 and 2: what rows of the released weights say of their cases."""

import pandas as pd
import pytest

from common.reporting.cases import read_cases
from papers.anisocascade.tables import TABLES, seen_before
from papers.engine.cli.reports import PAPERS

RESULTS = PAPERS.parent / "results" / "anisocascade"


@pytest.mark.parametrize(
    ("method", "cases", "expected"),
    [
        ("released", ["Brats17_2013_10_1"], "trained on Brats17_2013_10_1"),
        (
            "released",
            ["brats_2013_pat0001_1"],
            "trained on brats_2013_pat0001_1, which is Brats17_2013_10_1",
        ),
        ("released", ["Brats18_2013_2_1", "x"], "trained on 1 of these 2 cases"),
        ("released", ["BraTS2021_00000", "brats_2013_pat0002_1"], ""),
        ("cascade", ["Brats17_2013_10_1"], ""),
    ],
)
def test_cases_that_the_authors_trained_on(method, cases, expected):
    remark = seen_before(pd.DataFrame({"method": method, "case": cases}))
    assert remark == (f"the authors {expected}" if expected else "")


def test_committed_rows_say_it():
    cells = pd.read_csv(RESULTS / "cells.csv", keep_default_na=False)
    mine = cells[(cells["row"] == "released") & (cells["data"] != "")]
    seen = mine["note"].str.contains("the authors trained on")
    assert set(mine["data"][seen]) == {"brats15", "brats17"}
    assert not mine["data"][~seen].isin(["brats15", "brats17"]).any()
    assert set(read_cases(RESULTS / "cases.csv")["data"]) >= {"brats15", "brats21"}


def test_both_tables_have_the_remark():
    assert {table.remark for table in TABLES} == {seen_before}
