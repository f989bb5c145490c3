"""Equations (1) to (3) of the paper, once more in NumPy."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from papers.linkdsl.losses import BceMinusDice
from tests.rounding import sum_room

relaxed = settings(deadline=None, max_examples=50)
smooths = st.sampled_from([0.5, 1.0, 10.0])
overs = st.sampled_from(["image", "batch"])
pairs = st.tuples(st.integers(1, 3), st.integers(1, 5), st.integers(1, 5)).flatmap(
    lambda shape: st.tuples(
        arrays(np.float32, (*shape, 1), elements=st.sampled_from([0.0, 1.0])),
        arrays(
            np.float32, (*shape, 1), elements=st.floats(1 / 128, 1 - 1 / 128, width=32)
        ),
    )
)


def dice_terms(g, p, over, smooth):
    """Numerator and denominator of equation (3), for each image."""
    axes = (1, 2, 3) if over == "image" else (0, 1, 2, 3)
    tp = np.sum(g * p, axis=axes, keepdims=True)
    fp = np.sum((1 - g) * p, axis=axes, keepdims=True)
    fn = np.sum(g * (1 - p), axis=axes, keepdims=True)
    return 2 * tp + smooth, 2 * tp + fn + fp + smooth


def equations(g, p, over, smooth):
    g, p = g.astype(np.float64), p.astype(np.float64)
    bce = -np.mean(g * np.log(p) + (1 - g) * np.log(1 - p))
    numerator, denominator = dice_terms(g, p, over, smooth)
    return bce - np.mean(numerator / denominator)


def gradient_by_hand(g, p, over, smooth):
    """Of BCE + (1 - Dice), pixel by pixel."""
    g, p = g.astype(np.float64), p.astype(np.float64)
    numerator, denominator = dice_terms(g, p, over, smooth)
    dice = (2 * g * denominator - numerator) / denominator**2
    dice /= len(g) if over == "image" else 1
    return (p - g) / (p * (1 - p)) / g.size - dice


@relaxed
@given(pairs, overs, smooths)
def test_value_equals_the_equations(pair, over, smooth):
    received = float(BceMinusDice(over, smooth)(*pair))
    expected = equations(*pair, over, smooth)
    # Logarithms of 1/128 and more, whose mean is the largest term.
    room = sum_room(4 * pair[0].size, scale=5)
    assert received == pytest.approx(expected, abs=room)


@relaxed
@given(pairs, overs, smooths)
def test_gradient_is_that_of_bce_plus_one_minus_dice(pair, over, smooth):
    truth, probability = map(tf.constant, pair)
    with tf.GradientTape() as tape:
        tape.watch(probability)
        value = BceMinusDice(over, smooth)(truth, probability)
    received = tape.gradient(value, probability)
    expected = gradient_by_hand(*pair, over, smooth)
    np.testing.assert_allclose(received, expected, rtol=1e-4, atol=1e-5)


def test_empty_image_weighs_as_much_as_any_other():
    """Dice of each image: one without tumor and without a map counts 1."""
    truth = np.zeros((2, 8, 8, 1), np.float32)
    truth[1, :4] = 1
    missed = np.zeros_like(truth)
    bce = 0.25 * -np.log(1e-7)  # Keras clips probabilities at 1e-7
    of_images = float(BceMinusDice("image")(truth, missed))
    assert of_images == pytest.approx(bce - (1 + 1 / 33) / 2, abs=1e-3)
    of_batch = float(BceMinusDice("batch")(truth, missed))
    assert of_batch == pytest.approx(bce - 1 / 33, abs=1e-3)


def test_default_is_dice_of_images_smoothed_by_one():
    config = BceMinusDice().get_config()
    assert (config["dice_over"], config["smooth"]) == ("image", 1.0)


def test_unknown_reduction():
    with pytest.raises(ValueError, match="Received: dice_over=pixel"):
        BceMinusDice(dice_over="pixel")
