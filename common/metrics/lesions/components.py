"""Components of a mask, and masks that grow."""

import numpy as np


def components(mask):
    """Numbers the parts of a mask whose voxels share a face, an edge or a corner.

    Args:
        mask: boolean array `(depth, height, width)`.

    Returns:
        int32 array of that shape: 0 for background, the parts from 1.
    """
    from scipy import ndimage

    return ndimage.label(mask, np.ones((3, 3, 3)), output=np.int32)[0]


def dilate(mask, steps):
    """Grows a mask by the voxels that share a face or an edge with it, step by step.

    Args:
        mask: boolean array `(depth, height, width)`.
        steps: number of steps.

    Returns:
        A boolean array of that shape.
    """
    for _ in range(steps):
        # Those neighbors lie in one of three planes, and a plane is two lines.
        depth, height = _spread(mask, 0), _spread(mask, 1)
        mask = _spread(depth, 1) | _spread(depth, 2) | _spread(height, 2)
    return mask


def overlaps(first, second):
    """Counts the voxels that two numbered arrays share, by pairs of numbers.

    Args:
        first: integers of any shape, 0 for background.
        second: integers of the same shape, 0 for background.

    Returns:
        `(pairs, voxels)`: `(n, 2)` numbers in ascending order, and `(n,)` counts.
    """
    both = (first > 0) & (second > 0)
    pairs = np.stack([first[both], second[both]], axis=-1)
    return np.unique(pairs, axis=0, return_counts=True)


def _spread(mask, axis):
    wide = mask.copy()
    one, other = np.moveaxis(wide, axis, 0), np.moveaxis(mask, axis, 0)
    one[1:] |= other[:-1]
    one[:-1] |= other[1:]
    return wide
