"""Counts of regions are pooled before Dice is taken."""

import numpy as np
import pytest

from common.metrics.pooled_regions import PooledRegions


def test_counts_are_pooled_over_all_that_is_added():
    pooled = PooledRegions()
    pooled.add(np.array([[4, 2, 0, 0]]), np.array([[4, 0, 2, 0]]))
    pooled.add(np.array([[1, 1], [0, 0]]), np.array([[1, 1], [1, 2]]))
    # Whole tumor: 3 found of 6 true ones, and 4 marked; core: 3 of 4, and 3 marked.
    assert pooled.dice() == pytest.approx({"wt": 6 / 10, "tc": 6 / 7, "et": 1})


def test_a_region_that_neither_has_is_found():
    pooled = PooledRegions({"edema": (2,), "core": (1, 3, 4)})
    pooled.add(np.array([2, 2]), np.array([2, 0]))
    dice = pooled.dice()
    assert dice["edema"] == pytest.approx(2 / 3) and dice["core"] == 1
