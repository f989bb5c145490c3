"""Which pixels bootstrapping keeps, counted by hand."""

import numpy as np
import pytest

from common.losses.bootstrapped_cross_entropy import BootstrappedCrossEntropy
from papers.hierdice.kept_pixels import KeptPixels


def test_shares_of_two_batches_by_hand():
    """Of each pixel the probability of its true label; kept below 0.9."""
    counted = KeptPixels(BootstrappedCrossEntropy(0.9), classes=3)
    kept, seen = np.zeros(3, int), np.zeros(3, int)
    random = np.random.default_rng(0)
    for _ in range(2):
        truth = random.integers(0, 3, (2, 4, 5, 1))
        probability = random.dirichlet([0.3] * 3, (2, 4, 5)).astype(np.float32)
        counted.add(truth.astype(np.float32), probability)
        for index in np.ndindex(2, 4, 5):
            label = truth[index][0]
            seen[label] += 1
            kept[label] += probability[index][label] < 0.9
    shares = counted.shares()
    assert shares["val_kept_of_label0"] == pytest.approx(kept[0] / seen[0])
    found = [shares[f"val_label{label}_of_kept"] for label in range(3)]
    assert found == pytest.approx(kept / kept.sum())
    assert 0 < kept[0] < seen[0]


def test_nothing_is_kept():
    counted = KeptPixels(BootstrappedCrossEntropy(0.9), classes=2)
    certain = np.zeros((1, 2, 2, 2), np.float32)
    certain[..., 0] = 1
    counted.add(np.zeros((1, 2, 2, 1), np.float32), certain)
    assert set(counted.shares().values()) == {0.0}
