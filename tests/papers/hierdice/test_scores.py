"""Per-case scores against loops, and the tables' readings of them."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from common.metrics.regions import REGIONS
from common.reporting.published import read_published
from papers.hierdice import tables
from papers.hierdice.scores import SCORES, score_slices


def by_hand(found, truth):
    """The four scores of two masks, or None where both are empty."""
    tp = np.count_nonzero(found & truth)
    n, m = np.count_nonzero(found), np.count_nonzero(truth)
    if not n + m:
        return None
    return {
        "precision": tp / n if n else 0.0,
        "recall": tp / m if m else 0.0,
        "iou": tp / np.count_nonzero(found | truth),
        "dice": 2 * tp / (n + m),
    }


@pytest.fixture
def labels():
    """Found and true labels of four slices: one empty, one without core."""
    random = np.random.default_rng(0)
    truth = random.choice([0, 0, 0, 1, 2, 3, 4], (4, 6, 5)).astype(np.uint8)
    found = random.choice([0, 0, 1, 2, 4], truth.shape).astype(np.uint8)
    truth[0] = 0
    truth[1][np.isin(truth[1], (1, 3, 4))] = 2
    found[1][np.isin(found[1], (1, 3, 4))] = 0
    return found, truth


@pytest.mark.parametrize("region", REGIONS)
def test_every_reading(labels, region):
    found, truth = (np.isin(x, REGIONS[region]) for x in labels)
    row = score_slices(*labels)
    tumor = slice(1, None)  # the slices whose truth has any
    readings = {
        "": by_hand(found[tumor], truth[tumor]),
        "zero_": by_hand(found[tumor], truth[tumor]),
        "whole_": by_hand(found, truth),
    }
    for infix, expected in readings.items():
        for name in SCORES:
            assert row[f"{region}_{infix}{name}"] == pytest.approx(expected[name])
    single = [by_hand(f, t) for f, t in zip(found[tumor], truth[tumor], strict=True)]
    single = [scores for scores in single if scores]
    assert row[f"{region}_slices"] == len(single)
    assert len(single) == (3 if region == "wt" else 2)
    for name in SCORES:
        expected = sum(scores[name] for scores in single)
        assert row[f"{region}_slices_{name}"] == pytest.approx(expected)
    counts = [row[f"{region}_{name}"] for name in ("tp", "fp", "fn", "tn")]
    assert sum(counts) == found[tumor].size


def test_empty_regions():
    truth = np.zeros((2, 4, 4), np.uint8)
    truth[0, 0] = 2
    both_empty = score_slices(truth, truth)
    assert np.isnan(both_empty["et_dice"]) and both_empty["et_zero_dice"] == 0
    assert both_empty["et_slices"] == 0 and both_empty["wt_dice"] == 1
    found = np.where(truth == 2, 4, 0).astype(np.uint8)
    invented = score_slices(found, truth)
    assert invented["et_dice"] == invented["et_zero_dice"] == 0
    missed = score_slices(truth, found)
    assert (missed["et_dice"], missed["et_missed"], missed["et_slices"]) == (0, 1, 1)
    assert missed["et_precision"] == 0


def test_mean_of_slices_is_over_all_patients_slices():
    cases = pd.DataFrame({"sum": [1.5, 0.9, 0.0], "count": [2, 3, 0]})
    mean = tables.MeanOfSlices("sum", "count")
    assert mean(cases, np.ones((1, 3))) == pytest.approx(2.4 / 5)
    assert mean.undefined(cases).tolist() == [False, False, True]
    assert np.isnan(mean(cases, np.array([[0.0, 0, 1]])))


def test_rows_have_what_the_tables_read(labels):
    row = score_slices(*labels)
    row |= {f"{key}_raw": row[key] for key in row}
    needed = {
        name
        for column in (*tables.DEFAULT, *tables.READINGS)
        for name in column.aggregate.columns
    }
    assert needed <= set(row)
    assert len(tables.READINGS) == 5 * len(tables.DEFAULT) == 60


@pytest.mark.parametrize("name", "12345")
def test_suspicious_cells_stand_aside_with_what_is_possible(name):
    """A mean Dice of units whose mean precision, recall and IoU are the row's."""
    printed = read_published(tables.TABLES[int(name) - 1].published_csv)
    core = {x.column: x for x in printed.itertuples() if x.column.startswith("tc_")}
    assert core["tc_dice"].value == core["tc_precision"].value
    assert "excluded" in core["tc_dice"].flag
    grid = np.linspace(0, 1, 61)
    p, r = (x.ravel() for x in np.meshgrid(grid, grid))
    with np.errstate(divide="ignore", invalid="ignore"):
        dice = np.nan_to_num(2 * p * r / (p + r))
    iou = dice / (2 - dice)
    means = [core[f"tc_{score}"].value for score in ("precision", "recall", "iou")]
    possible = [
        sign
        * linprog(
            sign * dice, A_eq=[p, r, iou, np.ones_like(p)], b_eq=[*means, 1.0]
        ).fun
        for sign in (1, -1)
    ]
    low, high = tables.FEASIBLE[name]
    assert low <= core["tc_dice"].value <= high
    np.testing.assert_allclose((low, high), possible, atol=0.005)
    assert f"{low:.4f} to {high:.4f}" in tables.TABLES[int(name) - 1].note
