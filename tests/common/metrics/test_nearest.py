"""Nearest distances: tree and map agree with each other and with all pairs."""

import numpy as np
import pytest

from common.metrics import nearest
from common.metrics.nearest import nearest_distances
from tests.common.metrics.masks import slow_distances

SHAPE = (12, 30, 40)
# Costs under which only one way remains.
WAYS = {
    "map": {"NEAR_COST": np.inf},
    "tree": {"NEAR_COST": 0, "FAR_COST": 0},
    "tree, map for what is far": {"NEAR_COST": 0, "FAR_COST": np.inf, "REACH": 2},
    "tree in two steps": {"NEAR_COST": 0, "FAR_COST": 0, "REACH": 2},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (3.0, 0.9, 0.7)])
def test_every_way_equals_all_pairs(monkeypatch, way, spacing):
    random = np.random.default_rng(0)
    points, others = (random.integers(0, SHAPE, (n, 3)) for n in (200, 30))
    for name, value in WAYS[way].items():
        monkeypatch.setattr(nearest, name, value)
    found = nearest_distances(points, others, np.array(spacing), SHAPE)
    np.testing.assert_allclose(found, slow_distances(points, others, spacing))


def test_dense_points_use_a_map_and_far_ones_too(monkeypatch):
    made = []
    monkeypatch.setattr(
        nearest, "_from_map", lambda points, *_: made.append(len(points)) or 0.0
    )
    one, spacing, shape = np.zeros((1, 3), int), np.ones(3), (10, 10, 100)
    all_voxels = np.argwhere(np.ones(shape, bool))
    nearest_distances(all_voxels, one, spacing, shape)
    near, far = all_voxels[all_voxels[:, 2] < 5][::50], all_voxels[-30:]
    nearest_distances(near, one, spacing, shape)
    nearest_distances(np.concatenate([near, far]), one, spacing, shape)
    assert made == [len(all_voxels), len(far)]
