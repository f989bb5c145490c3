"""Bands along the contours of 2D masks and label maps."""

import numpy as np
from scipy import ndimage


def contour_band(mask, width):
    """Marks the pixels along the contour of a mask, half of them on either side.

    This is the dilation of the mask by a disk of radius `width / 2` minus its erosion
    by the same disk. The border of the image is not a contour.

    Args:
        mask: boolean `(height, width)`.
        width: width of the band in pixels.

    Returns:
        A boolean array of the same shape.
    """
    band = np.zeros(mask.shape, bool)
    window = _around(mask, width / 2)
    if window is None or mask.all():
        return band
    near = mask[window]
    if not near.all():
        # Distances to the nearest pixel on the other side, which is in the window.
        to_other = ndimage.distance_transform_edt(near)
        to_other += ndimage.distance_transform_edt(~near)
        band[window] = to_other <= width / 2
    return band


def label_borders(labels, radius):
    """Marks the pixels near a border between two labels.

    Border pixels have another label above, below, to the left or to the right of them,
    so that a border has one on either side; a disk is drawn around each.

    Args:
        labels: integers `(height, width)`.
        radius: radius of the disk in pixels.

    Returns:
        A boolean array of the same shape.
    """
    border = np.zeros(labels.shape, bool)
    for axis in (0, 1):
        differs = np.diff(labels, axis=axis) != 0
        # The pixel before each difference, and the one after it.
        border |= np.pad(differs, [(0, int(i == axis)) for i in (0, 1)])
        border |= np.pad(differs, [(int(i == axis), 0) for i in (0, 1)])
    marked = np.zeros(labels.shape, bool)
    window = _around(border, radius)
    if window is not None:
        distance = ndimage.distance_transform_edt(~border[window])
        marked[window] = distance <= radius
    return marked


def _around(mask, margin):
    """Returns the window of a mask and of everything within `margin` pixels of it."""
    there = [np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0)]
    if not there[0].size:
        return None
    margin = int(np.ceil(margin)) + 1
    return tuple(slice(max(i[0] - margin, 0), i[-1] + margin + 1) for i in there)
