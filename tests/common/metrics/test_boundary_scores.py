"""Normalized surface Dice and volumes, against slow loops and against programs."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.metrics import CasePair, boundary_scores, volume_scores
from common.metrics.surface import RULES, surface_distances
from tests.common.metrics.masks import (
    lesion,
    pairs,
    slow_border,
    slow_distances,
    spacings,
)

relaxed = settings(deadline=None, max_examples=40)
over_rules = pytest.mark.parametrize("rule", RULES)


def shares(masks, spacing, tolerance):
    """The elements of each surface that lie within the tolerance, and all of them."""
    borders = [slow_border(mask) for mask in masks]
    sides = (borders, borders[::-1])
    within = [np.sum(slow_distances(*two, spacing) <= tolerance) for two in sides]
    return within, [len(border) for border in borders]


@relaxed
@given(pairs(), spacings, st.sampled_from([0.0, 0.7, 1.0, 2.5]))
def test_surface_dice_of_border_voxels_is_what_loops_count(masks, spacing, tolerance):
    within, total = shares(masks, spacing, tolerance)
    pooled = surface_distances(*masks, spacing, "pooled").surface_dice(tolerance)
    assert pooled == pytest.approx(sum(within) / sum(total))
    mean = surface_distances(*masks, spacing, "border-max").surface_dice(tolerance)
    assert mean == pytest.approx(np.mean(np.divide(within, total)))


@pytest.mark.filterwarnings("ignore:Please import:DeprecationWarning")
@relaxed
@given(masks=pairs(), spacing=spacings, tolerance=st.sampled_from([0.0, 0.7, 1.0, 2.5]))
def test_surface_dice_of_areas_equals_deepmind(masks, spacing, tolerance):
    module = pytest.importorskip(
        "surface_distance", reason="surface-distance: extra [test]"
    )
    theirs = module.compute_surface_distances(masks[1], masks[0], spacing)
    expected = module.compute_surface_dice_at_tolerance(theirs, tolerance)
    ours = surface_distances(*masks, spacing, "area-weighted").surface_dice(tolerance)
    assert ours == pytest.approx(expected)


@over_rules
def test_surface_dice_grows_with_the_tolerance_and_reaches_1(rule):
    distances = surface_distances(*lesion("large"), (1, 1, 1), rule)
    values = [distances.surface_dice(mm) for mm in (0, 1, 2, 4, 100)]
    assert values == sorted(values) and values[0] < 0.5 and values[-1] == 1
    assert surface_distances(*lesion("large")[::-1], (1, 1, 1), rule).surface_dice(
        1
    ) == pytest.approx(values[1])


@over_rules
@pytest.mark.parametrize("side", [0.3, 0.7, 1.1])
def test_a_shift_of_a_voxel_is_within_its_side_wherever_it_lies(rule, side):
    truth = np.zeros((4, 5, 120), bool)
    truth[1:3, 1:4, 5:110] = True
    distances = surface_distances(np.roll(truth, 1, 2), truth, (1, 1, side), rule)
    assert distances.surface_dice(side) == 1


@pytest.mark.parametrize("tolerance", [-1, math.nan, math.inf])
def test_no_such_tolerance(tolerance):
    distances = surface_distances(*lesion("small"), (1, 1, 1))
    with pytest.raises(ValueError, match="tolerance of at least 0 mm"):
        distances.surface_dice(tolerance)


def test_rules_of_other_elements_are_refused():
    distances = surface_distances(*lesion("small"), (1, 1, 1), "pooled")
    assert distances.under("border-max").hausdorff() == distances.hausdorff()
    with pytest.raises(ValueError, match="elements of 'pooled'"):
        distances.under("area-weighted")


@over_rules
def test_empty_regions(rule):
    full = np.full((3, 4, 5), 2, np.uint8)
    empty = np.zeros_like(full)
    for convention, both in (("brats", 1), ("zero", 0), ("nan", math.nan)):
        values = [
            boundary_scores(CasePair(*two, (1, 1, 1)), f"{rule}/{convention}", [1])
            for two in ((empty, empty), (empty, full), (full, empty))
        ]
        wanted = [both, 0, 0]
        np.testing.assert_equal([row["wt_nsd_1mm"] for row in values], wanted)
        assert np.isnan(values[0]["et_nsd_1mm"]) == math.isnan(both)


def test_volumes():
    truth = np.zeros((4, 10, 10), np.uint8)
    truth[1:3, 2:7, 2:7] = 4
    prediction = truth.copy()
    prediction[1, 2:7, 2:7] = 0
    row = volume_scores(CasePair(prediction, truth, (5, 2, 1)))
    assert row["et_volume_ml"] == pytest.approx(0.5)
    assert row["et_volume_difference_ml"] == pytest.approx(-0.25)
    assert row["et_absolute_volume_difference_ml"] == pytest.approx(0.25)
    assert row["et_relative_volume_difference"] == -0.5
    assert row["et_absolute_relative_volume_difference"] == 0.5
    nothing = np.zeros_like(truth)
    for one in (nothing, truth):
        row = volume_scores(CasePair(one, nothing, (5, 2, 1)))
        assert math.isnan(row["wt_relative_volume_difference"])
        assert row["wt_volume_difference_ml"] == pytest.approx(one.any() / 2)
