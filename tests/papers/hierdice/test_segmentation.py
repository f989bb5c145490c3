"""The four formulas against themselves, pixel by pixel."""

import numpy as np
import pytest

from papers.hierdice.segmentation import four_formulas, most_probable
from tests.common.losses.reference import PROBABILITY


def test_reference_pixels():
    np.testing.assert_array_equal(four_formulas(PROBABILITY), [0, 2, 1, 0, 1])
    np.testing.assert_array_equal(most_probable(PROBABILITY), [0, 2, 0, 0, 3])


@pytest.mark.parametrize("thresholds", [(0.5, 0.5, 0.5), (0.7, 0.2, 0.3)])
def test_formulas(thresholds):
    p = np.random.default_rng(0).dirichlet(np.full(5, 0.5), (20, 30))
    received = four_formulas(p, thresholds)
    t0, t1, t2 = thresholds
    for q, label in zip(p.reshape(-1, 5), received.ravel(), strict=True):
        p0, p1, p2 = sum(q[1:]), q[1] + q[3] + q[4], q[4]
        if p0 < t0:
            assert label == 0
        elif p1 < t1:
            assert label == 2
        elif p2 < t2:
            assert label == 1
        else:
            assert label == 4
    assert set(np.unique(received)) == {0, 1, 2, 4}
    assert received.dtype == np.uint8


def test_sums_find_what_the_most_probable_label_misses():
    p = np.array([0.4, 0.15, 0.15, 0.15, 0.15])
    assert most_probable(p) == 0
    assert four_formulas(p) == 2
