"""The part of a case that patches are cut from: functions from a case to a box.

A box is `(start, stop)`, two corners `(depth, height, width)` in voxels of the whole
grid; `stop` is past the last voxel along each axis.
"""

import numpy as np
from scipy import ndimage


def foreground_region(cache, case_id):
    """Returns the box of all voxels where any modality is not zero.

    Args:
        cache: a `data.prepared.volume_cache.VolumeCache` that holds the case.
        case_id: the case.
    """
    info = cache.info(case_id)
    return info.start, _stop(info)


def modality_region(channel, margin):
    """Makes the region where one modality is not zero.

    Args:
        channel: position of the modality among the channels.
        margin: voxels to add on every side, within the grid.

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
        labels: the labels; a case without any of them keeps the whole of `within`.
        margin: voxels to add before the first and after the last labeled one.
        within: the region that contains the result.
        high_margin: voxels to add after the last labeled one, if not `margin`.

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
    """Returns the box `(start, stop)` of the true voxels, or None if there are none.

    Args:
        mask: boolean `(depth, height, width)`.
    """
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
