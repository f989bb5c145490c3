"""Label volumes to score: real or synthetic cases, and a flawed copy of each."""

import numpy as np
from scipy import ndimage

from data.brats.dataset import BratsDataset
from data.order import generator

SHAPE = (155, 240, 240)
SPACING = (1.0, 1.0, 1.0)


def read_cases(root):
    """Yields `(id, labels, spacing)` of the cases with tumor in a BraTS folder."""
    dataset = BratsDataset(root)
    for case in dataset:
        labels = dataset.read_labels(case)
        if labels is not None and labels.any():
            yield case.id, labels, dataset.geometry(case).spacing


def made_case(shape=SHAPE):
    """Returns nested, ragged ellipsoids of edema, enhancing rim and necrosis.

    Args:
        shape: (depth, height, width) in voxels.

    Returns:
        uint8 labels of that shape.
    """
    random = generator(0)
    grid = np.ogrid[tuple(slice(0, n) for n in shape)]
    center = [0.5 * n for n in shape]
    radii = [n * share for n, share in zip(shape, (0.19, 0.15, 0.17), strict=True)]
    distance = sum(
        ((x - c) / r) ** 2 for x, c, r in zip(grid, center, radii, strict=True)
    )
    distance = np.sqrt(distance) + 0.15 * _smooth_noise(random, shape, cells=12)
    labels = np.zeros(shape, np.uint8)
    for label, radius in ((2, 1.0), (4, 0.6), (1, 0.45)):
        labels[distance < radius] = label
    return labels


def perturb(labels, seed=0):
    """Returns a prediction that is wrong in the ways predictions are.

    Its boundaries wander smoothly by about 2 voxels, six stray blobs lie anywhere,
    and one side of the tumor is missed.

    Args:
        labels: uint8 labels (depth, height, width), not all zero.
        seed: seed of all random draws.

    Returns:
        uint8 labels of the same shape.
    """
    random = generator(seed, 1)
    wander = [
        2.0 * _smooth_noise(random, labels.shape, cells=10) + index
        for index in np.ogrid[tuple(slice(0, n) for n in labels.shape)]
    ]
    moved = ndimage.map_coordinates(labels, wander, order=0, mode="nearest")
    tumor = np.argwhere(labels)
    last = np.percentile(tumor[:, 0], 95)
    moved[int(np.ceil(last)) :] = 0
    for number in range(6):
        radius = random.integers(2, 6)
        corner = [random.integers(0, n - 2 * radius) for n in labels.shape]
        window = moved[tuple(slice(c, c + 2 * radius + 1) for c in corner)]
        window[_ball(radius)[tuple(map(slice, window.shape))]] = (1, 2, 4)[number % 3]
    return moved


def _smooth_noise(random, shape, cells):
    coarse = random.standard_normal((cells, cells, cells)).astype(np.float32)
    factors = [n / cells for n in shape]
    return ndimage.zoom(coarse, factors, order=1, grid_mode=True, mode="nearest")


def _ball(radius):
    grid = np.ogrid[tuple(slice(-radius, radius + 1) for _ in range(3))]
    return sum(x**2 for x in grid) <= radius**2
