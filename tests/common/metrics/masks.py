"""Masks for the tests of distances, and slow distances to compare with."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays


def drawn(*slices):
    """Returns a mask from one string per slice: spaces separate rows, X is tumor."""
    return np.array([[[c == "X" for c in row] for row in s.split()] for s in slices])


def ball(shape, center, radius, spacing=(1, 1, 1)):
    """Returns a ball; center and radius in mm, from the center of the first voxel."""
    axes = np.ogrid[tuple(slice(0, n) for n in shape)]
    squares = (
        (x * mm - c) ** 2 for x, mm, c in zip(axes, spacing, center, strict=True)
    )
    return sum(squares) <= radius**2


def lesion(name):
    """Returns a prediction and its truth: smaller, shifted and with a stray voxel."""
    shape = (24, 24, 32)
    radius, shifted = {"large": (6, (10, 11, 13)), "small": (2, (10, 11, 12))}[name]
    truth = ball(shape, (10, 10, 10), radius)
    prediction = ball(shape, shifted, radius - 1)
    prediction[20, 20, 30] = True
    return prediction, truth


def pairs(max_side=6, axes=3):
    """Draws two masks of the same shape, neither empty."""
    shapes = st.tuples(*[st.integers(1, max_side)] * axes)
    masks = shapes.flatmap(lambda s: st.tuples(arrays(bool, s), arrays(bool, s)))
    return masks.filter(lambda two: two[0].any() and two[1].any())


spacings = st.tuples(*[st.sampled_from([0.5, 0.9375, 1.0, 2.0, 5.0])] * 3)


def slow_border(mask):
    """Finds the voxels with a face on the background, one by one."""
    points = []
    for index in np.ndindex(mask.shape):
        if not mask[index]:
            continue
        neighbors = [
            tuple(i + step * (a == axis) for a, i in enumerate(index))
            for axis in range(mask.ndim)
            for step in (-1, 1)
        ]
        if any(
            not all(0 <= i < n for i, n in zip(other, mask.shape, strict=True))
            or not mask[other]
            for other in neighbors
        ):
            points.append(index)
    return np.array(points)


def slow_distances(points, others, spacing):
    """Returns each point's distance to the nearest other, from all pairs."""
    gaps = (points[:, None] - others[None]) * np.asarray(spacing, float)
    return np.sqrt((gaps**2).sum(-1)).min(1)
