"""The smallest box around what is not zero, found without reading all of it twice."""

import numpy as np


def bounding_box(volume):
    """Finds the smallest box that holds every non-zero element.

    Args:
        volume: array of any rank; booleans or non-negative integers.

    Returns:
        A tuple of slices, one an axis; of length zero where all is zero.
    """
    box = []
    for axis in range(volume.ndim):
        # Each axis is searched inside the box of the axes before it.
        inside = volume[tuple(box)]
        others = tuple(a for a in range(volume.ndim) if a != axis)
        occupied = np.flatnonzero(inside.max(axis=others, initial=0))
        if not len(occupied):
            return (slice(0, 0),) * volume.ndim
        box.append(slice(int(occupied[0]), int(occupied[-1]) + 1))
    return tuple(box)


def union_box(first, second):
    """Finds the smallest box that holds every non-zero element of two arrays.

    Outside of it both are zero. Overlap counts but true negatives, surfaces and
    the distances between them are therefore the same inside as in the whole.

    Args:
        first: array of any rank; booleans or non-negative integers.
        second: array of the same shape and type.

    Returns:
        A tuple of slices, one an axis; of length zero where all is zero.
    """
    return bounding_box(first | second)
