"""Overlap scores against plain loops, hand-made masks and their identities."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from common.metrics import overlap

SCORES = {"dice": overlap.dice, "iou": overlap.iou, "mean_iou": overlap.mean_iou}
relaxed = settings(deadline=None)  # a busy machine is not a failure
counts = st.tuples(*[st.integers(0, 10**9)] * 4)
pairs = array_shapes(max_dims=3, max_side=6).flatmap(
    lambda shape: st.tuples(arrays(bool, shape), arrays(bool, shape))
)


def loop_counts(prediction, truth):
    tp = fp = fn = tn = 0
    for p, t in zip(prediction.ravel(), truth.ravel(), strict=True):
        tp += bool(p and t)
        fp += bool(p and not t)
        fn += bool(t and not p)
        tn += not (p or t)
    return tp, fp, fn, tn


@relaxed
@given(pairs)
def test_confusion_equals_a_loop(masks):
    assert overlap.confusion(*masks) == loop_counts(*masks)


@relaxed
@given(pairs)
def test_dice_and_iou_equal_formulas_of_sets(masks):
    prediction, truth = (set(np.flatnonzero(mask)) for mask in masks)
    both, either = len(prediction & truth), len(prediction | truth)
    total = len(prediction) + len(truth)
    result = overlap.confusion(*masks)
    assert overlap.dice(*result) == (2 * both / total if total else 1.0)
    assert overlap.iou(*result) == (both / either if either else 1.0)


def test_hand_made_masks():
    #   prediction  truth
    #   X X .       . X X
    #   X X .       . X X
    #   . . .       . . .
    prediction, truth = np.zeros((2, 3, 3), int)
    prediction[:2, :2] = 1
    truth[:2, 1:] = 1
    result = overlap.confusion(prediction, truth)
    assert result == (2, 2, 2, 3)
    assert overlap.dice(*result) == 0.5
    assert overlap.iou(*result) == pytest.approx(1 / 3)
    assert overlap.mean_iou(*result) == pytest.approx((1 / 3 + 3 / 7) / 2)


@pytest.mark.parametrize("name", SCORES)
@relaxed
@given(counts=counts)
def test_bounded_and_symmetric(name, counts):
    tp, fp, fn, tn = counts
    score = SCORES[name](tp, fp, fn, tn)
    assert 0 <= score <= 1
    assert score == SCORES[name](tp, fn, fp, tn)


@relaxed
@given(counts)
def test_dice_is_a_function_of_iou(counts):
    score = overlap.iou(*counts)
    assert overlap.dice(*counts) == pytest.approx(2 * score / (1 + score))


@relaxed
@given(st.lists(counts, min_size=1, max_size=20))
def test_mean_iou_of_images_is_bounded_by_their_mean_dice(cases):
    # This excludes the per-image reading of linkdsl's published mean IoU.
    arrays_ = np.array(cases).T
    bound = (np.mean(overlap.dice(*arrays_)) + 1) / 2
    assert np.mean(overlap.mean_iou(*arrays_)) <= bound + 1e-12


@pytest.mark.parametrize("name", SCORES)
def test_arrays_of_counts_equal_one_by_one(name):
    random = np.random.default_rng(0)
    cases = random.integers(0, 5, size=(4, 3, 50))  # some of them empty
    expected = [SCORES[name](*case) for case in cases.reshape(4, -1).T]
    np.testing.assert_array_equal(SCORES[name](*cases).ravel(), expected)


def test_counts_over_some_axes_are_those_of_each_image():
    random = np.random.default_rng(1)
    prediction, truth = random.random((2, 3, 4, 5, 1)) > 0.5
    batch = overlap.confusion(prediction, truth, axis=(1, 2, 3))
    images = [loop_counts(*pair) for pair in zip(prediction, truth, strict=True)]
    np.testing.assert_array_equal(np.transpose(batch), images)


@pytest.mark.parametrize("name", ["dice", "iou"])
def test_both_empty_has_the_requested_value(name):
    assert SCORES[name](0, 0, 0, 9) == 1
    assert SCORES[name](0, 0, 0, 9, empty=0.0) == 0
    assert math.isnan(SCORES[name](0, 0, 0, 9, empty=math.nan))
    # If only one is empty, the score is zero under any convention.
    assert SCORES[name](0, 0, 3, 6, empty=math.nan) == 0
    assert SCORES[name](0, 3, 0, 6, empty=math.nan) == 0


@relaxed
@given(pairs)
def test_soft_dice_of_a_mask_is_dice(masks):
    prediction, truth = masks
    soft = overlap.soft_dice(prediction.astype(np.float32), truth)
    assert soft == overlap.dice(*overlap.confusion(prediction, truth))


@relaxed
@given(pairs, st.integers(0, 2**32 - 1), st.sampled_from([0.0, 1.0]))
def test_soft_dice_equals_a_loop(masks, seed, smooth):
    truth = masks[0]
    probability = np.random.default_rng(seed).random(truth.shape)
    above = below = smooth
    for p, t in zip(probability.ravel(), truth.ravel(), strict=True):
        above += 2 * p * t
        below += p + t
    assert overlap.soft_dice(probability, truth, smooth) == pytest.approx(above / below)


def test_soft_dice_counts_the_pixels_of_a_half_precision_map():
    # The sum, 90000, exceeds the range of float16.
    ones = np.ones((300, 300), np.float16)
    assert overlap.soft_dice(ones, ones) == 1


def test_soft_dice_of_empty_masks():
    nothing = np.zeros((2, 2))
    assert overlap.soft_dice(nothing, nothing) == 1
    assert math.isnan(overlap.soft_dice(nothing, nothing, empty=math.nan))


@pytest.mark.parametrize(
    "prediction, truth, message",
    [
        (np.full((2, 2), 0.7), np.ones((2, 2)), "binary mask .* `prediction`"),
        (np.ones((2, 2)), np.full((2, 2), 4), "binary mask .* `truth`"),
        (np.ones((2, 2)), np.ones((2, 2, 1)), r"Received: \(2, 2\) and \(2, 2, 1\)"),
    ],
)
def test_invalid_masks_are_refused(prediction, truth, message):
    with pytest.raises(ValueError, match=message):
        overlap.confusion(prediction, truth)


@relaxed
@given(pairs)
def test_precision_and_sensitivity_equal_formulas_of_sets(masks):
    prediction, truth = (set(np.flatnonzero(mask)) for mask in masks)
    both = len(prediction & truth)
    result = overlap.confusion(*masks)
    if prediction:
        assert overlap.precision(*result) == both / len(prediction)
    if truth:
        assert overlap.sensitivity(*result) == both / len(truth)
        assert overlap.recall(*result) == overlap.sensitivity(*result)


@relaxed
@given(pairs)
def test_specificity_equals_formulas_of_sets(masks):
    prediction, truth = (set(np.flatnonzero(~mask)) for mask in masks)
    found = overlap.specificity(*overlap.confusion(*masks))
    if truth:
        assert found == len(prediction & truth) / len(truth)
    else:
        assert math.isnan(found)


@relaxed
@given(counts)
def test_dice_is_the_harmonic_mean_of_precision_and_sensitivity(counts):
    precision = overlap.precision(*counts)
    sensitivity = overlap.sensitivity(*counts)
    if precision + sensitivity > 0:  # False also if one is undefined
        harmonic = 2 * precision * sensitivity / (precision + sensitivity)
        assert overlap.dice(*counts) == pytest.approx(harmonic)
    else:
        assert counts[0] == 0


# (tp, fp, fn): nothing; only predicted; only true; disjoint.
@pytest.mark.parametrize(
    "counts, precision, sensitivity",
    [
        ((0, 0, 0, 9), 1, 1),
        ((0, 3, 0, 6), 0, math.nan),
        ((0, 0, 3, 6), math.nan, 0),
        ((0, 2, 3, 4), 0, 0),
    ],
)
def test_zero_by_zero_has_the_requested_value(counts, precision, sensitivity):
    for score, expected in (
        (overlap.precision, precision),
        (overlap.sensitivity, sensitivity),
    ):
        assert score(*counts) == pytest.approx(expected, nan_ok=True)
        named = score(*counts, empty=0.25, one_empty=0.5)
        if sum(counts[:3]) == 0:
            assert named == 0.25
        else:
            assert named == (0.5 if math.isnan(expected) else expected)


def test_specificity_of_no_background():
    assert math.isnan(overlap.specificity(3, 0, 6, 0))
    assert overlap.specificity(3, 0, 6, 0, empty=1.0) == 1


@pytest.mark.parametrize(
    "score", [overlap.precision, overlap.sensitivity, overlap.specificity]
)
def test_arrays_of_counts_equal_one_by_one_even_if_undefined(score):
    random = np.random.default_rng(0)
    cases = random.integers(0, 3, size=(4, 3, 50))
    expected = [score(*case) for case in cases.reshape(4, -1).T]
    assert np.isnan(expected).any()
    np.testing.assert_array_equal(score(*cases).ravel(), expected)
