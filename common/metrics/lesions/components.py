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
    base = int(second.max(initial=0)) + 1
    codes = first[both].astype(np.int64) * base + second[both]
    if base * (int(first.max(initial=0)) + 1) > 4 * len(codes) + 1000:
        found, voxels = np.unique(codes, return_counts=True)
    else:  # few pairs: counting takes less than sorting
        counts = np.bincount(codes)
        found = np.flatnonzero(counts)
        voxels = counts[found]
    return np.stack(np.divmod(found, base), axis=-1), voxels


def measure_parts(labels):
    """Measures how many voxels each part of a numbered array has, and where it lies.

    Args:
        labels: integers `(depth, height, width)`, 0 for background, parts from 1.

    Returns:
        `(voxels, centers)`: `(n + 1,)` counts by number, the first of which is 0; and
        `(n, 3)`, the mean position of each part's voxels in the array.
    """
    # Indices of the voxels, not the whole array: a lesion fills little of its box.
    flat = np.flatnonzero(labels)
    owners = labels.ravel()[flat]
    voxels = np.bincount(owners, minlength=1)
    sums = [
        np.bincount(owners, weights=x, minlength=1)
        for x in np.unravel_index(flat, labels.shape)
    ]
    return voxels, np.stack(sums, axis=-1)[1:] / voxels[1:, None]


def _spread(mask, axis):
    wide = mask.copy()
    one, other = np.moveaxis(wide, axis, 0), np.moveaxis(mask, axis, 0)
    one[1:] |= other[:-1]
    one[:-1] |= other[1:]
    return wide
