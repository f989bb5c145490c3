"""Connected components of a mask in a volume, and rules for which to keep."""

import numpy as np

# A voxel's 18 neighbors: those that share a face or an edge with it.
NEIGHBORS = np.abs(np.indices((3, 3, 3)) - 1).sum(axis=0) <= 2


def close(mask):
    """Closes gaps in a mask: dilation, then erosion, by the 18 neighbors.

    Everything beyond the volume counts as empty, so that the mask recedes by one
    voxel from the volume's faces.

    Args:
        mask: boolean `(depth, height, width)`.

    Returns:
        A boolean array of the same shape.
    """
    from scipy import ndimage

    return ndimage.binary_closing(mask, NEIGHBORS)


def keep_larger(mask, size):
    """Keeps all components of more than `size` voxels.

    The largest one is always kept, so that a mask that is not empty stays so.

    Args:
        mask: boolean `(depth, height, width)`.
        size: number of voxels.

    Returns:
        A boolean array of the same shape.
    """
    labels, sizes = _label(mask)
    return _select(labels, (sizes > size) | _is_largest(sizes))


def keep_two_largest(mask, ratio):
    """Keeps the largest component, and the second largest if it is not far smaller.

    Args:
        mask: boolean `(depth, height, width)`.
        ratio: the second largest is kept if the largest has less than `ratio`
            times its voxels. Of components of the same size, the first in index
            order counts as the larger one.

    Returns:
        A boolean array of the same shape.
    """
    labels, sizes = _label(mask)
    keep = _is_largest(sizes)
    second = _is_largest(np.where(keep, 0, sizes))
    return _select(labels, keep | (second & (ratio * sizes > sizes.max(initial=0))))


def keep_inside(mask, region, min_share):
    """Keeps the components that lie sufficiently inside a region.

    Args:
        mask: boolean `(depth, height, width)`.
        region: boolean, of the same shape.
        min_share: smallest share of a component's voxels inside the region.

    Returns:
        A boolean array of the same shape.
    """
    labels, sizes = _label(mask)
    inside = np.bincount(labels[region], minlength=len(sizes) + 1)[1:]
    return _select(labels, inside >= min_share * sizes)


def _label(mask):
    """Returns the components, numbered from 1, and the number of voxels of each."""
    from scipy import ndimage

    labels, count = ndimage.label(mask, NEIGHBORS)
    return labels, np.bincount(labels.ravel(), minlength=count + 1)[1:]


def _is_largest(sizes):
    """Marks the first of the largest sizes; none if all are 0."""
    largest = np.zeros(len(sizes), bool)
    if sizes.any():
        largest[sizes.argmax()] = True
    return largest


def _select(labels, keep):
    return np.concatenate([[False], keep])[labels]
