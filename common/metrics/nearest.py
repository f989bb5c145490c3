"""Distances from each point of one set to the nearest point of another."""

import math

import numpy as np

# A distance map's cost grows with its voxels, a tree's with its points. Measured: one
# near point costs as much as `NEAR_COST` voxels, and one that is farther away than
# `REACH` voxels as much as `FAR_COST`.
NEAR_COST = 13
FAR_COST = 400
REACH = 10


def nearest_distances(points, others, spacing, shape):
    """Measures how far each point is from the nearest of the others.

    Searches a tree of the others, or computes a map of all distances where that is
    faster: for noise-like predictions and for surfaces that are far apart. Both give
    the same results.

    Args:
        points: `(n, axes)` integer indices.
        others: `(m, axes)` integer indices, at least one.
        spacing: `(axes,)` mm between neighbors along each axis.
        shape: of the grid that contains all points.

    Returns:
        `(n,)` distances in mm.
    """
    from scipy.spatial import KDTree

    voxels = math.prod(shape)
    if NEAR_COST * len(points) > voxels:
        return _from_map(points, others, spacing, shape)
    tree = KDTree(others * spacing, compact_nodes=False, balanced_tree=False)
    reach = REACH * spacing.max()
    distances = tree.query(points * spacing, distance_upper_bound=reach)[0]
    far = np.isinf(distances)
    if FAR_COST * np.count_nonzero(far) > voxels:
        distances[far] = _from_map(points[far], others, spacing, shape)
    else:
        distances[far] = tree.query(points[far] * spacing)[0]
    return distances


def _from_map(points, others, spacing, shape):
    from scipy.ndimage import distance_transform_edt

    free = np.ones(shape, bool)
    free[tuple(others.T)] = False
    return distance_transform_edt(free, sampling=spacing)[tuple(points.T)]
