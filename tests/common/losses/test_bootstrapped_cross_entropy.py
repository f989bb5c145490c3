"""Which pixels the bootstrapped cross-entropy keeps, and its mean over them."""

import numpy as np
import pytest
import tensorflow as tf

from common.losses.bootstrapped_cross_entropy import BootstrappedCrossEntropy
from tests.common.losses.reference import drawn, five_pixels
from tests.rounding import assert_close


def loss_and_gradient(loss, labels, probability):
    p = tf.constant(probability)
    with tf.GradientTape() as tape:
        tape.watch(p)
        value = loss(labels, p)
    return float(value), tape.gradient(value, p).numpy()


def test_reference_value():
    value = BootstrappedCrossEntropy(dtype="float64")(*five_pixels())
    assert float(value) == pytest.approx(0.7125027094, abs=1e-10)


@pytest.mark.parametrize("min_kept", [0, 80])
def test_mean_and_gradient_over_the_kept_pixels(min_kept):
    labels, p = drawn()
    threshold = 0.2
    true_probability = np.take_along_axis(p, labels, -1)[..., 0]
    kept = true_probability < threshold
    if min_kept:
        hardest = np.sort(true_probability, axis=None)[:min_kept]
        kept |= true_probability <= hardest[-1]
        assert kept.sum() == min_kept > (true_probability < threshold).sum()
    loss = BootstrappedCrossEntropy(threshold, min_kept, dtype="float64")
    value, gradient = loss_and_gradient(loss, labels, p)
    assert value == pytest.approx(-np.log(true_probability[kept]).mean(), rel=1e-12)
    # Every slice has the batch's value, so the mean over slices equals it, too.
    expected = np.zeros_like(p)
    np.put_along_axis(
        expected,
        labels,
        (-1.0 * kept / true_probability / kept.sum())[..., None],
        axis=-1,
    )
    np.testing.assert_allclose(gradient, expected, rtol=1e-9)


def test_nothing_left_to_learn():
    labels = np.zeros((2, 3, 3, 1), int)
    p = np.full((2, 3, 3, 5), 0.01)
    p[..., 0] = 0.96
    value, gradient = loss_and_gradient(BootstrappedCrossEntropy(), labels, p)
    assert value == 0
    np.testing.assert_array_equal(gradient, 0)


def test_a_pixel_at_the_threshold_is_left_out():
    labels = np.array([0, 1]).reshape(1, 1, 2, 1)
    p = np.array([[0.5, 0.5], [0.75, 0.25]]).reshape(1, 1, 2, 2)
    value = float(BootstrappedCrossEntropy(0.5)(labels, p))
    assert value == pytest.approx(-np.log(0.25))


def test_hopeless_pixels_have_finite_gradients():
    labels = np.zeros((1, 1, 1, 1), int)
    logits = tf.constant([[[[-80.0, 0, 0, 0, 0]]]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        value = BootstrappedCrossEntropy()(labels, tf.nn.softmax(logits))
    gradient = tape.gradient(value, logits).numpy().ravel()
    # A softmax over five, its logarithm, and the way back.
    assert_close(gradient, [-1, 0.25, 0.25, 0.25, 0.25], 20)
