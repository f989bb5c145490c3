"""The part of a case that patches are taken from: functions from case to box.

A box is `(start, stop)`, voxels (depth, height, width) of the whole grid; `stop`
is the first voxel outside.
"""

import numpy as np
from scipy import ndimage


def foreground_region(cache, case_id):
    """Returns the box of all voxels where any modality is not zero."""
    info = cache.info(case_id)
    return info.start, _stop(info)


def modality_region(channel, margin):
    """Makes a region of where one modality is not zero.

    Args:
        channel: the modality's channel.
        margin: voxels to add on every side, inside the grid.

    Returns:
        Function from cache and case id to a box.
    """

    def region(cache, case_id):
        info = cache.info(case_id)
        (images,) = cache.window(case_id, ("images",), info.start, info.size)
        box = corners_of(images[..., channel] != 0)
        return _widen(box, info.start, margin, margin, ((0, 0, 0), info.shape))

    return region


def label_region(labels, margin, within=foreground_region, high_margin=None):
    """Makes a region around some labels.

    Args:
        labels: the labels; a case that has none of them keeps all of `within`.
        margin: voxels to add before the first and after the last labeled one.
        within: the region that is not left.
        high_margin: another margin after the last one.

    Returns:
        Function from cache and case id to a box.
    """
    high_margin = margin if high_margin is None else high_margin

    def region(cache, case_id):
        start, stop = within(cache, case_id)
        (found,) = cache.window(case_id, ("labels",), start, np.subtract(stop, start))
        box = corners_of(np.isin(found, labels))
        if box is None:
            return start, stop
        return _widen(box, start, margin, high_margin, (start, stop))

    return region


def corners_of(mask):
    """Returns `(start, stop)` of a mask's true voxels, or None where there is none."""
    found = ndimage.find_objects(mask.astype(np.uint8))
    if not found:
        return None
    return tuple(s.start for s in found[0]), tuple(s.stop for s in found[0])


def _widen(box, offset, low, high, limits):
    start, stop = np.add(box, offset)
    start = np.maximum(start - low, limits[0])
    stop = np.minimum(stop + high, limits[1])
    return tuple(start.tolist()), tuple(stop.tolist())


def _stop(info):
    return tuple(a + n for a, n in zip(info.start, info.size, strict=True))
