"""Boxes around everything that is not zero, and windows that may overhang a volume."""

import numpy as np


def bounding_box(volume):
    """Finds the smallest box that holds every non-zero element.

    Args:
        volume: array of any rank; booleans or non-negative integers.

    Returns:
        A tuple of slices, one per axis; they are empty if everything is zero.
    """
    box = []
    for axis in range(volume.ndim):
        # Each axis is searched within the box of the axes before it.
        inside = volume[tuple(box)]
        others = tuple(a for a in range(volume.ndim) if a != axis)
        occupied = np.flatnonzero(inside.max(axis=others, initial=0))
        if not len(occupied):
            return (slice(0, 0),) * volume.ndim
        box.append(slice(int(occupied[0]), int(occupied[-1]) + 1))
    return tuple(box)


def union_box(first, second):
    """Finds the smallest box that holds every non-zero element of two arrays.

    Outside of it both are zero. All overlap counts except true negatives, the
    surfaces and the distances between them are therefore the same inside the box
    as in the whole arrays.

    Args:
        first: array of any rank; booleans or non-negative integers.
        second: array of the same shape and type.

    Returns:
        A tuple of slices, one per axis; they are empty if everything is zero.
    """
    return bounding_box(first | second)


def box_around(mask, margin):
    """Finds the smallest box around a mask and widens it within the volume.

    Args:
        mask: boolean array of any rank.
        margin: number of voxels to add on every side, as far as the volume goes.

    Returns:
        A tuple of slices, one per axis, or None if the mask is empty.
    """
    box = bounding_box(mask)
    if box[0].stop == 0:
        return None
    return tuple(
        slice(max(one.start - margin, 0), min(one.stop + margin, length))
        for one, length in zip(box, mask.shape, strict=True)
    )


def box_inside(outer, inner):
    """Converts a box given relative to another one to that one's coordinates.

    Args:
        outer: a box, as a tuple of slices.
        inner: a box whose origin is the start of `outer`.
    """
    return tuple(
        slice(a.start + b.start, a.start + b.stop)
        for a, b in zip(outer, inner, strict=True)
    )


def read_window(volume, start, window):
    """Copies part of a volume into a window; where it overhangs, it stays unchanged.

    Args:
        volume: `(depth, height, width, …)`.
        start: where the window's first voxel lies in the volume, `(depth,
            height, width)`; may be negative.
        window: array to write into, `(depth, height, width, …)`.
    """
    in_volume, in_window = _overlap(volume, start, window)
    window[in_window] = volume[in_volume]


def write_window(volume, start, window):
    """Copies a window into a volume; where it overhangs, it is dropped.

    Args:
        volume: array to write into, `(depth, height, width, …)`.
        start: where the window's first voxel lies in the volume, `(depth,
            height, width)`; may be negative.
        window: `(depth, height, width, …)`.
    """
    in_volume, in_window = _overlap(volume, start, window)
    volume[in_volume] = window[in_window]


def _overlap(volume, start, window):
    start, size = np.array(start), window.shape[:3]
    low = np.maximum(start, 0)
    # Never below `low`, because a negative stop would count from the end.
    high = np.maximum(low, np.minimum(start + size, volume.shape[:3]))
    return tuple(map(slice, low, high)), tuple(map(slice, low - start, high - start))
