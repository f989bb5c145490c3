"""Distances from each point of one set to the nearest of another."""

import math

import numpy as np
from scipy.ndimage import distance_transform_edt
from scipy.spatial import KDTree

# A distance map costs its voxels, a tree its points: as many voxels, measured,
# as one near point costs, and one that is further away than `REACH` voxels.
NEAR_COST = 13
FAR_COST = 400
REACH = 10


def nearest_distances(points, others, spacing, shape):
    """Measures how far each point is from the nearest of the others.

    A tree of the others is searched, which takes the time of their number. Where
    a map of all distances takes less, it is made: for predictions like noise, and
    for surfaces that are far apart. The results are the same.

    Args:
        points: `(n, axes)` integer indices.
        others: `(m, axes)` integer indices, at least one.
        spacing: `(axes,)` mm between neighbors along each axis.
        shape: of the grid that holds them all.

    Returns:
        `(n,)` distances in mm.
    """
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
    free = np.ones(shape, bool)
    free[tuple(others.T)] = False
    return distance_transform_edt(free, sampling=spacing)[tuple(points.T)]
