"""Lesion-wise scores against slow loops, and drawn by hand."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from common.metrics import CasePair
from common.metrics.lesions import LESION_RULES, find_lesion_rule, lesion_scores
from common.metrics.lesions.rules import DILATED, ONE_TO_ONE
from tests.common.metrics.lesions import slow
from tests.common.metrics.masks import ball, spacings

TWO = {"x": (1,)}
over_rules = pytest.mark.parametrize("rule", LESION_RULES)
DILATING = [r for r in LESION_RULES.values() if r.matching == DILATED]
MATCHING = [r for r in LESION_RULES.values() if r.matching == ONE_TO_ONE]


def scored(masks, spacing, rule, tolerance=1.0):
    labels = (mask.astype(np.uint8) for mask in masks)
    return lesion_scores(CasePair(*labels, spacing, TWO), rule, tolerance)


def means(row):
    return [row[f"x_lesion_{name}"] for name in ("dice", "nsd", "hd95")]


@st.composite
def crumbs(draw):
    """Two masks of few voxels in a box that is long enough to keep some apart."""
    shape = draw(st.sampled_from([(5, 6, 20), (4, 4, 28)]))
    masks = []
    for _ in range(2):
        fill = draw(
            arrays(np.uint8, shape, elements=st.integers(0, 40), fill=st.just(1))
        )
        masks.append(ndimage_opened(fill < 1, draw(st.integers(0, 1))))
    return masks


def ndimage_opened(mask, steps):
    """Makes crumbs into blobs."""
    return slow.mask_of(slow.grown(slow.voxels(mask), steps, mask.shape), mask.shape)


@settings(deadline=None, max_examples=40)
@given(crumbs(), spacings, st.sampled_from(DILATING))
def test_dilated_truth_is_what_loops_find(masks, spacing, rule):
    expected, numbers = slow.dilated(*masks, spacing, rule)
    row, lesions = scored(masks, spacing, rule.name)
    assert means(row) == pytest.approx(expected)
    assert {n: row[f"x_lesions_{n}"] for n in numbers} == numbers
    assert len(lesions) == sum(numbers.values())


@settings(deadline=None, max_examples=40)
@given(crumbs(), spacings, st.sampled_from(MATCHING))
def test_matches_are_the_best_of_all(masks, spacing, rule):
    shape, voxel = masks[0].shape, float(np.prod(spacing))
    components, lesions = (slow.parts(slow.voxels(m), shape) for m in masks)
    assume(max(len(components), len(lesions)) <= 6)
    row, found = scored(masks, spacing, rule.name)
    expected, best = [], slow.best_matches(components, lesions)
    for matches in best:
        scores = []
        for number, lesion in enumerate(lesions):
            own = [i for i, j in matches if j == number]
            if len(lesion) * voxel < rule.min_volume:
                continue
            if own:
                two = components[own[0]], lesion
                scores.append(slow.measures(*two, shape, spacing, rule, 1.0))
            elif rule.penalty is not None:
                scores.append((0, 0, rule.penalty))
        large = any(len(one) * voxel >= rule.min_volume for one in lesions)
        if rule.penalty is not None:
            false = len(components) - len(matches)
            scores = scores + [(0, 0, rule.penalty)] * false if large else []
        missing = (math.nan,) * 3
        if rule.penalty is None and components + lesions:
            missing = (0, 0, math.inf)
        expected.append(np.mean(scores, axis=0) if scores else missing)
    assert any(means(row) == pytest.approx(list(one), nan_ok=True) for one in expected)
    assert sum(one.status == "found" for one in found) in map(len, best)


def example():
    """Returns prediction and truth: one found, one missed, one false, one small."""
    truth = ball((20, 20, 60), (9, 9, 9), 4) | ball((20, 20, 60), (9, 9, 30), 3)
    truth[4, 4, 50] = True
    prediction = ball((20, 20, 60), (9, 9, 10), 4)
    prediction[15:17, 15:17, 40:42] = True
    return prediction, truth


def test_a_false_and_a_missed_lesion_cost_a_lesion_each():
    row, lesions = scored(example(), (1, 1, 1), "brats23")
    assert [one.status for one in lesions] == ["found", "missed", "missed", "false"]
    assert [one.counted for one in lesions] == [True, True, False, True]
    found, missed, small, false = lesions
    assert row["x_lesion_dice"] == pytest.approx(found.dice / 3)
    assert row["x_lesion_hd95"] == pytest.approx((found.hd95 + 2 * 374) / 3)
    assert (row["x_lesions_small"], row["x_lesion_f1"]) == (1, 0.5)
    assert found.center == pytest.approx((9, 9, 9)) and missed.center[2] == 30
    assert small.center == (4, 4, 50) and false.center == (15.5, 15.5, 40.5)
    assert (small.truth_mm3, small.predicted_mm3) == (1, 0)
    assert (false.truth_mm3, false.predicted_mm3, false.dice) == (0, 8, 0)


def test_rules_are_kept_apart():
    rows = {rule: scored(example(), (1, 1, 1), rule)[0] for rule in LESION_RULES}
    assert {rule: row["lesion_rule"] for rule, row in rows.items()} == {
        rule: rule for rule in LESION_RULES
    }
    values = [round(row["x_lesion_hd95"], 6) for row in rows.values()]
    # The single voxel is too small for each rule that counts missed lesions.
    assert values[0] == values[1] and len(set(values)) == 3
    assert rows["bipartite"]["x_lesion_dice"] == pytest.approx(
        3 * rows["bipartite-met"]["x_lesion_dice"]
    )
    assert rows["bipartite"]["x_lesions_missed"] == 2


def test_close_lesions_are_one_of_the_dilated_truth_only():
    truth = np.zeros((9, 9, 30), bool)
    truth[2:7, 2:7, 2:7] = truth[2:7, 2:7, 12:17] = True
    for rule, number in (("brats23", 1), ("brats23-met", 2), ("bipartite", 2)):
        lesions = scored((truth, truth), (1, 1, 1), rule)[1]
        assert [one.status for one in lesions] == ["found"] * number
        assert all(one.dice == 1 and one.hd95 == 0 for one in lesions)


def test_a_component_serves_two_lesions_of_the_dilated_truth_only():
    truth = np.zeros((9, 9, 40), bool)
    truth[2:7, 2:7, 2:12] = truth[2:7, 2:7, 22:27] = True
    prediction = truth.copy()
    prediction[4, 4, 2:27] = True  # a bridge
    assert scored((prediction, truth), (1, 1, 1), "brats23")[0]["x_lesions_found"] == 2
    row = scored((prediction, truth), (1, 1, 1), "bipartite-met")[0]
    assert (row["x_lesions_found"], row["x_lesions_missed"]) == (1, 1)


@over_rules
def test_empty_regions(rule):
    nothing, blob = np.zeros((8, 8, 8), bool), ball((8, 8, 8), (4, 4, 4), 3)
    nan, inf, left_out = math.nan, math.inf, (math.nan,) * 3
    both, no_truth, no_prediction = {
        "brats23": ((1, 1, 0), (0, 0, 374), (0, 0, 374)),
        "brats23-met": ((1, 1, 0), (0, 0, 374), (0, 0, 374)),
        "bipartite": (left_out, (0, 0, inf), (0, 0, inf)),
        "bipartite-met": (left_out, left_out, (0, 0, 373)),
    }[rule]
    for masks, expected, f1 in (
        ((nothing, nothing), both, nan),
        ((blob, nothing), no_truth, 0),
        ((nothing, blob), no_prediction, 0),
    ):
        row = scored(masks, (1, 1, 1), rule)[0]
        np.testing.assert_equal(means(row), list(map(float, expected)))
        np.testing.assert_equal(row["x_lesion_f1"], f1)


@over_rules
def test_lesions_of_a_perfect_prediction(rule):
    truth = example()[1]
    row, lesions = scored((truth, truth), (1, 2, 1), rule)
    assert means(row) == [1, 1, 0] and row["x_lesions_false"] == 0
    assert {one.status for one in lesions} == {"found"}


def test_surfaces_are_shared_with_the_whole_region():
    pair = CasePair(*(m.astype(np.uint8) for m in example()), (1, 1, 1), TWO)
    first = pair.surfaces("x", "area-weighted")
    lesion_scores(pair, "brats23")
    assert pair.surfaces("x", "area-weighted") is first


def test_unknown_rule_is_refused():
    with pytest.raises(ValueError, match="brats23.*bipartite.*name='brats24'"):
        find_lesion_rule("brats24")


def test_volumes_at_the_limit():
    assert not LESION_RULES["brats23"].counts(50) and LESION_RULES["brats23"].counts(51)
    assert LESION_RULES["bipartite-met"].counts(20)
    assert not LESION_RULES["bipartite-met"].counts(19.9)
