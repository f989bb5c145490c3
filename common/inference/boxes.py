"""Boxes around a mask with a margin, and windows that may overhang a volume."""

import numpy as np

from common.metrics.boxes import bounding_box


def box_around(mask, margin):
    """Finds the smallest box around a mask, widened inside the volume.

    Args:
        mask: boolean array of any rank.
        margin: voxels to add on every side, as far as the volume has them.

    Returns:
        A tuple of slices, one an axis, or None where the mask is empty.
    """
    box = bounding_box(mask)
    if box[0].stop == 0:
        return None
    return tuple(
        slice(max(one.start - margin, 0), min(one.stop + margin, length))
        for one, length in zip(box, mask.shape, strict=True)
    )


def box_inside(outer, inner):
    """Returns a box, given inside another one, in the frame of that other one."""
    return tuple(
        slice(a.start + b.start, a.start + b.stop)
        for a, b in zip(outer, inner, strict=True)
    )


def read_window(volume, start, window):
    """Copies a part of a volume into a window; what overhangs stays as it was.

    Args:
        volume: `(depth, height, width, …)`.
        start: where the window's first voxel lies in the volume, `(depth,
            height, width)`; may be negative.
        window: array to write into, `(depth, height, width, …)`.
    """
    in_volume, in_window = _overlap(volume, start, window)
    window[in_window] = volume[in_volume]


def write_window(volume, start, window):
    """Copies a window into a volume; what overhangs is dropped.

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
    # Never before `low`: a negative stop would count from the end.
    high = np.maximum(low, np.minimum(start + size, volume.shape[:3]))
    return tuple(map(slice, low, high)), tuple(map(slice, low - start, high - start))
