"""Cases whose truth lacks a region never decide a mean without a word."""

import numpy as np
import pandas as pd
import pytest

from common.reporting.aggregate import Mean
from common.reporting.cells import GROUP, measure
from common.reporting.empty_truth import (
    ALL,
    WITH_REGION,
    empty_truth_notes,
    lacks_region,
    selections,
)
from common.reporting.paired import Paired
from common.reporting.table import Column

RULE = "mean over test cases; per case; both empty: 1; one empty: 0"
DICE = Column("et_dice", "Dice (enhancing tumor)", Mean("et_dice", "et_"), RULE)
BOTH = Column("mean", "Mean", Mean("mean", parts=("wt_", "et_")), RULE)
SPECIFICITY = Column("et_spec", "Specificity", Mean("et_spec", "et_"), "whole volume")


@pytest.fixture
def cases():
    """Ten patients; two have no enhancing tumor, and `plain` predicts none there."""
    lines = []
    for method, lucky in (("plain", 1.0), ("new", 0.0)):
        for i in range(10):
            empty = i < 2
            dice = lucky if empty else (0.5 if method == "plain" else 0.6) + i / 1000
            line = dict.fromkeys(GROUP, "") | {"method": method, "status": "ok"}
            line |= {"fold": 0, "seed": 0, "case": f"c{i}", "patient": f"p{i}"}
            line |= {"wt_tp": 9, "wt_fn": 1, "et_tp": 0 if empty else 5, "et_fn": 0}
            lines.append(line | {"et_dice": dice, "mean": dice, "et_spec": 0.9})
    return pd.DataFrame(lines)


def test_both_selections_stand_in_a_comparison(cases):
    lines = Paired("plain", "new", (DICE, BOTH, SPECIFICITY))(cases)
    found = lines.set_index(["column", "cases"])
    assert [*found.index] == [
        *(("et_dice", ALL), ("et_dice", WITH_REGION)),
        *(("mean", ALL), ("mean", WITH_REGION)),
        ("et_spec", ALL),
    ]
    # The two empty cases turn the order of the methods around.
    assert found.loc[("et_dice", ALL), "difference"] == pytest.approx(-0.12)
    assert found.loc[("et_dice", WITH_REGION), "difference"] == pytest.approx(0.1)
    assert found.loc[("et_dice", WITH_REGION), "n_patients"] == 8
    assert "both empty: 1; one empty: 0" in found.loc[("et_dice", ALL), "convention"]


def test_a_row_names_rule_number_and_score_without_them(cases):
    plain = cases[cases["method"] == "plain"]
    columns = (DICE, BOTH, SPECIFICITY)
    values = [measure(column, plain)["reproduced"] for column in columns]
    notes = empty_truth_notes(columns, plain, values)
    start = "2 of 10 cases have no enhancing tumor (both empty: 1, one empty: 0)"
    assert notes == {
        "et_dice": f"{start}, without them et_dice 0.5055",
        "mean": f"{start}, without them mean 0.5055",
    }
    assert measure(BOTH, plain)["n_empty_truth"] == 2
    assert "n_missed" not in measure(BOTH, plain)


def test_no_remark_where_nothing_depends_on_the_rule(cases):
    full = cases[~lacks_region(DICE.aggregate, cases)]
    assert [name for name, _ in selections(DICE, full)] == [ALL]
    assert empty_truth_notes((DICE,), full, [0.5]) == {}
    left_out = cases.assign(et_dice=cases["et_dice"].where(cases["et_tp"] > 0))
    value = measure(DICE, left_out)["reproduced"]
    assert empty_truth_notes((DICE,), left_out, [value]) == {}
    assert empty_truth_notes((DICE,), cases, [np.nan]) == {}
    without_counts = cases.drop(columns=["et_tp"])
    assert lacks_region(DICE.aggregate, without_counts) is None


def test_a_row_of_nothing_but_empty_cases(cases):
    empty = cases[lacks_region(DICE.aggregate, cases)]
    (note,) = empty_truth_notes((DICE,), empty, [0.5]).values()
    assert note.startswith("2 of 2 cases") and "without" not in note
