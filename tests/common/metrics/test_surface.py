"""Surface distances against brute force, drawings, solids and their identities."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.metrics.surface import RULES, surface_distances
from tests.common.metrics.masks import (
    ball,
    drawn,
    lesion,
    pairs,
    slow_border,
    slow_distances,
    spacings,
)

relaxed = settings(deadline=None, max_examples=30)
every_rule = pytest.mark.parametrize("rule", RULES)
UNIT = (1, 1, 1)
GOLDEN = {
    "large": {"border-max": 4.0, "pooled": 3.742, "area-weighted": 3.606},
    "small": {"border-max": 16.433, "pooled": 3.065, "area-weighted": 22.045},
}


def hd(prediction, truth, spacing=UNIT, rule="border-max", percentile=100):
    return surface_distances(prediction, truth, spacing, rule).hausdorff(percentile)


@relaxed
@given(pairs(), spacings, st.sampled_from([0, 50, 95, 100]))
def test_border_rules_equal_all_pairs_of_border_voxels(masks, spacing, percentile):
    ours, theirs = (slow_border(mask) for mask in masks)
    there = slow_distances(ours, theirs, spacing)
    back = slow_distances(theirs, ours, spacing)
    larger = max(np.percentile(there, percentile), np.percentile(back, percentile))
    together = np.percentile(np.concatenate([there, back]), percentile)
    assert hd(*masks, spacing, "border-max", percentile) == pytest.approx(larger)
    assert hd(*masks, spacing, "pooled", percentile) == pytest.approx(together)
    mean = surface_distances(*masks, spacing).mean()
    assert mean == pytest.approx((there.mean() + back.mean()) / 2)
    mean = surface_distances(*masks, spacing, "pooled").mean()
    assert mean == pytest.approx((there.sum() + back.sum()) / (len(there) + len(back)))


def test_hand_drawn_row():
    prediction = drawn("XXX.......")
    truth = drawn(".XXX.....X")
    # All seven voxels are border. Distances to the truth: 1, 0, 0; back: 0, 0, 1, 7.
    assert hd(prediction, truth) == 7
    assert hd(prediction, truth, percentile=50) == 0.5
    assert hd(prediction, truth, rule="pooled", percentile=50) == 0
    assert hd(prediction, truth, (1, 1, 2.5)) == 17.5
    mean = surface_distances(prediction, truth, UNIT).mean()
    assert mean == pytest.approx((1 / 3 + 8 / 4) / 2)


def test_the_interior_is_not_surface():
    truth = np.ones((5, 5, 5), bool)
    prediction = np.zeros_like(truth)
    prediction[2, 2, 2] = True
    # From the center to the nearest face: 2. From a corner to the center: 12 ** 0.5.
    distances = surface_distances(prediction, truth, UNIT)
    assert distances.to_truth.tolist() == [2]
    assert len(distances.to_prediction) == 5**3 - 3**3
    assert distances.hausdorff() == pytest.approx(12**0.5)


# Which number is "the" HD95 is a convention, as this lesion shows: its prediction is
# smaller, shifted and has one stray voxel. The stray voxel is more than a twentieth of
# the small prediction's surface by area, about as much by voxels, and less of both
# surfaces together.
@pytest.mark.parametrize("name, values", GOLDEN.items())
def test_one_pair_of_masks_has_three_values(name, values):
    masks = lesion(name)
    found = {rule: hd(*masks, rule=rule, percentile=95) for rule in RULES}
    assert {rule: round(value, 3) for rule, value in found.items()} == values


@every_rule
@pytest.mark.parametrize("spacing", [UNIT, (3.0, 0.9, 0.9)])
def test_boxes_that_are_shifted(rule, spacing):
    # After a shift along the depth the faces at both ends are that far apart, and all
    # other faces coincide in part.
    truth = np.zeros((20, 16, 16), bool)
    truth[4:12, 3:13, 3:13] = True
    prediction = np.roll(truth, 3, 0)
    assert hd(prediction, truth, spacing, rule) == pytest.approx(3 * spacing[0])


@every_rule
def test_boxes_in_boxes(rule):
    truth = np.zeros((24, 24, 24), bool)
    truth[2:22, 2:22, 2:22] = True
    prediction = np.zeros_like(truth)
    prediction[5:19, 5:19, 5:19] = True
    # From the inner box: 3 everywhere. From a corner of the outer one: 3 * 3 ** 0.5.
    distances = surface_distances(prediction, truth, UNIT, rule)
    assert set(distances.to_truth) == {3}
    assert distances.hausdorff() == pytest.approx(3 * 3**0.5)


@every_rule
@pytest.mark.parametrize("spacing", [UNIT, (2.0, 1.0, 1.0)])
def test_concentric_balls(rule, spacing):
    # All points of one sphere are equally far from the other, so every percentile and
    # the mean equal the difference of the radii, to within a voxel's diagonal.
    shape = [round(64 / mm) for mm in spacing]
    truth = ball(shape, (31, 31, 31), 28, spacing)
    prediction = ball(shape, (31, 31, 31), 20, spacing)
    distances = surface_distances(prediction, truth, spacing, rule)
    for percentile in (5, 50, 95):
        assert abs(distances.hausdorff(percentile) - 8) < np.linalg.norm(spacing)
    assert abs(distances.mean() - 8) < max(spacing)


def test_areas_are_those_of_boxes_and_nearly_of_balls():
    box = np.zeros((12, 14, 16), bool)
    box[2:10, 2:12, 2:14] = True
    sphere = ball((40, 80, 80), (39, 39, 39), 32, (2, 1, 1))
    areas = surface_distances(box, box, UNIT, "area-weighted").truth_areas
    exact = 2 * (8 * 10 + 8 * 12 + 10 * 12)
    assert 0.85 * exact < areas.sum() < exact  # edges are cut off
    areas = surface_distances(sphere, sphere, (2, 1, 1), "area-weighted").truth_areas
    assert areas.sum() == pytest.approx(4 * np.pi * 32**2, rel=0.15)  # steps


@every_rule
@relaxed
@given(masks=pairs(), spacing=spacings)
def test_symmetric_bounded_and_ordered(rule, masks, spacing):
    there, back = (surface_distances(*m, spacing, rule) for m in (masks, masks[::-1]))
    diagonal = np.linalg.norm(np.array(masks[0].shape) * spacing)
    assert there.hausdorff(95) == back.hausdorff(95)
    assert there.mean() == pytest.approx(back.mean())
    assert 0 <= there.hausdorff(95) <= there.hausdorff() <= diagonal
    assert 0 <= there.mean() <= there.hausdorff() + 1e-9


@relaxed
@given(masks=pairs(), spacing=spacings)
def test_the_largest_distance_does_not_depend_on_pooling(masks, spacing):
    distances = surface_distances(*masks, spacing)
    assert replace(distances, rule="pooled").hausdorff() == distances.hausdorff()


@every_rule
@relaxed
@given(masks=pairs(), spacing=spacings)
def test_a_mask_has_no_distance_to_itself(rule, masks, spacing):
    distances = surface_distances(masks[0], masks[0], spacing, rule)
    assert distances.hausdorff() == distances.mean() == 0


@every_rule
@relaxed
@given(masks=pairs(), margins=st.tuples(*[st.integers(0, 4)] * 6))
def test_position_and_margin_change_nothing(rule, masks, margins):
    # Exactly nothing, so that a caller may crop as closely as it likes.
    pads = np.reshape(margins, (3, 2))
    plain = surface_distances(*masks, (2, 1, 0.9375), rule)
    moved = [np.pad(mask, pads) for mask in masks]
    moved = surface_distances(*moved, (2, 1, 0.9375), rule)
    np.testing.assert_array_equal(plain.to_truth, moved.to_truth)
    np.testing.assert_array_equal(plain.to_prediction, moved.to_prediction)
    np.testing.assert_array_equal(plain.truth_areas, moved.truth_areas)


@every_rule
@relaxed
@given(masks=pairs(), spacing=spacings, order=st.permutations(range(3)))
def test_axes_and_their_spacing_change_together(rule, masks, spacing, order):
    turned = [np.ascontiguousarray(mask.transpose(order)) for mask in masks]
    value = hd(*masks, spacing, rule, 95)
    turned = hd(*turned, [spacing[a] for a in order], rule, 95)
    assert turned == pytest.approx(value, abs=1e-9)


@every_rule
@relaxed
@given(masks=pairs(), spacing=spacings, factor=st.sampled_from([0.25, 2, 8]))
def test_distances_scale_with_the_spacing(rule, masks, spacing, factor):
    larger = [mm * factor for mm in spacing]
    value = hd(*masks, larger, rule, 95)
    assert value == pytest.approx(factor * hd(*masks, spacing, rule, 95))


def test_slices_have_distances_too():
    truth = drawn("XX... XX... .....")[0]
    prediction = drawn("...XX ...XX .....")[0]
    assert hd(prediction, truth, (1, 2)) == 6
    with pytest.raises(ValueError, match="in three dimensions only"):
        hd(prediction, truth, (1, 2), "area-weighted")


@pytest.mark.parametrize("spacing", [(1, 1), (1, 1, 0), (1, 1, -1), (1, 1, np.nan)])
def test_invalid_spacings_are_refused(spacing):
    mask = np.ones((2, 2, 2), bool)
    with pytest.raises(ValueError, match="3 positive numbers of mm"):
        surface_distances(mask, mask, spacing)


def test_empty_masks_are_refused():
    some, none = np.ones((2, 2, 2), bool), np.zeros((2, 2, 2), bool)
    for pair in [(some, none), (none, some), (none, none)]:
        with pytest.raises(ValueError, match="no distance to an empty one"):
            surface_distances(*pair, UNIT)
    with pytest.raises(ValueError, match=r"Received: \(2, 2, 2\) and \(2, 2, 1\)"):
        surface_distances(some, some[..., :1], UNIT)
    with pytest.raises(ValueError, match="Received: rule='largest'"):
        surface_distances(some, some, UNIT, "largest")
