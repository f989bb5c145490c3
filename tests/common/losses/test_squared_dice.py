"""The Dice coefficient with squared probabilities against its definition."""

import numpy as np
import pytest

from common.losses.squared_dice import squared_soft_dice
from tests.rounding import sum_room


@pytest.mark.parametrize("axes", [(0, 1, 2), (1, 2)])
@pytest.mark.parametrize("kind", [bool, np.uint8, np.float32])
def test_definition(axes, kind):
    random = np.random.default_rng(0)
    truth = random.random((2, 5, 6, 3)) < 0.4
    p = random.random(truth.shape).astype(np.float32)
    received = squared_soft_dice(truth.astype(kind), p, axes, epsilon=0.5)
    total = truth.sum(axes) + (p.astype(float) ** 2).sum(axes) + 0.5
    expected = 2 * (truth * p).sum(axes) / total
    # Two sums, and their quotient.
    np.testing.assert_allclose(received, expected, rtol=sum_room(2 * truth.size))


def test_perfect_and_absent():
    truth = np.stack([np.ones((4, 4)), np.zeros((4, 4))], axis=-1).astype(np.float32)
    dice = np.asarray(squared_soft_dice(truth, truth, (0, 1)))
    np.testing.assert_allclose(dice, [1.0, 0.0], atol=1e-6)


def test_smooth_is_added_to_both_sides_of_the_fraction():
    truth = np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0]], np.float32)
    p = np.array([[0.5, 0.25, 1.0], [0.0, 0.0, 0.0]], np.float32)
    dice = squared_soft_dice(truth, p, 1, epsilon=0.0, smooth=0.5)
    expected = [(2 * 1.5 + 0.5) / (2 + 0.25 + 0.0625 + 1 + 0.5), 1.0]
    np.testing.assert_allclose(dice, expected, rtol=1e-6)
