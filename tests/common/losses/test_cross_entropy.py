"""Plain and weighted cross-entropy against explicit sums."""

import numpy as np
import pytest

from common.losses.cross_entropy import LabelCrossEntropy
from tests.common.losses.reference import LABELS, PROBABILITY, drawn, five_pixels
from tests.rounding import sum_room

WEIGHTS = (0.1, 0.35, 0.1, 0.1, 0.35)


def test_reference_values():
    true_probability = PROBABILITY[np.arange(5), LABELS]
    np.testing.assert_allclose(
        true_probability, [0.648786, 0.563734, 0.322202, 0.973756, 0.490853], atol=1e-6
    )
    plain = LabelCrossEntropy(dtype="float64")(*five_pixels())
    assert float(plain) == pytest.approx(0.5753211645, abs=1e-10)
    weighted = LabelCrossEntropy(WEIGHTS, dtype="float64")(*five_pixels())
    assert float(weighted) == pytest.approx(0.1141608703, abs=1e-10)


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_each_example_is_its_own_mean(weights):
    labels, p = drawn()
    received = np.asarray(LabelCrossEntropy(weights).call(labels, p))
    used = np.ones(5) if weights is None else np.array(weights)
    for value, y, q in zip(received, labels, p, strict=True):
        terms = [
            -used[y[i, j, 0]] * np.log(q[i, j, y[i, j, 0]])
            for i in range(6)
            for j in range(6)
        ]
        assert value == pytest.approx(sum(terms) / 36, rel=sum_room(36))
