"""The loss against its formula, the published gradient and finite differences."""

import numpy as np
import pytest
import tensorflow as tf

from papers.dsunet.losses import LabelDice


@pytest.fixture
def maps():
    """Truth and probability, `(2, 3, 4, 5, 3)`."""
    random = np.random.default_rng(0)
    truth = (random.random((2, 3, 4, 5, 3)) < 0.4).astype(np.float64)
    return truth, random.uniform(0.05, 0.95, truth.shape)


def coefficients(truth, p, squares, smooth):
    """Dice of each example and label, `(2, 3)`."""
    overlap, axes = (truth * p).sum((1, 2, 3)), (1, 2, 3)
    total = (p**2 if squares else p).sum(axes) + truth.sum(axes)
    # ellisdg/3DUnetCNN, unet3d/metrics.py, weighted_dice_coefficient.
    return 2 * (overlap + smooth / 2) / (total + smooth)


@pytest.mark.parametrize("squares", [True, False])
@pytest.mark.parametrize("smooth", [0.0, 1e-5, 0.7])
def test_value(maps, squares, smooth):
    loss = LabelDice(squares, smooth, dtype="float64")
    expected = 1 - coefficients(*maps, squares, smooth).mean(-1)
    np.testing.assert_allclose(loss.call(*maps), expected, rtol=1e-12)
    assert float(loss(*maps)) == pytest.approx(expected.mean(), rel=1e-12)


def gradient(loss, truth, p):
    p = tf.constant(p)
    with tf.GradientTape() as tape:
        tape.watch(p)
        value = loss(truth, p)
    return tape.gradient(value, p).numpy()


def test_gradient_is_the_published_one(maps):
    """V-Net: 2 (g (sum p^2 + sum g^2) - 2 p sum p g) / (sum p^2 + sum g^2)^2."""
    truth, p = maps
    sums = {"axis": (1, 2, 3), "keepdims": True}
    total = (p**2).sum(**sums) + (truth**2).sum(**sums)
    overlap = (p * truth).sum(**sums)
    of_dice = 2 * (truth * total - 2 * p * overlap) / total**2
    received = gradient(LabelDice(smooth=0.0, dtype="float64"), truth, p)
    # Minus, as a loss falls; the mean over two examples and three labels.
    np.testing.assert_allclose(received, -of_dice / 6, rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize("squares", [True, False])
def test_gradient_is_the_finite_difference(maps, squares):
    truth, p = maps
    received = gradient(LabelDice(squares, 1e-5, dtype="float64"), truth, p)
    for index in [(0, 0, 0, 0, 0), (1, 2, 3, 4, 2), (0, 1, 2, 3, 1)]:
        values = []
        for step in (1e-6, -1e-6):
            moved = p.copy()
            moved[index] += step
            values.append(1 - coefficients(truth, moved, squares, 1e-5).mean())
        slope = (values[0] - values[1]) / 2e-6
        assert received[index] == pytest.approx(slope, rel=1e-5)


@pytest.mark.parametrize("leak, dice", [(0.0, 1.0), (1e-5, 0.999), (0.1, 0.0001)])
def test_an_absent_label_scores_only_where_its_map_is_nearly_empty(leak, dice):
    truth = np.zeros((1, 4, 4, 4, 1), np.float32)
    value = float(LabelDice()(truth, np.full_like(truth, leak)))
    assert 1 - value == pytest.approx(dice, abs=5e-4)
