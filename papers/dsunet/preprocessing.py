"""From volumes to the networks' input, and from their output to labels."""

import numpy as np

from data.batches.placement import Placement
from data.normalize import standardize_all

# One map per label, not per region. original code: get_multi_class_labels. Label 3 of
# 2013 and 2015, non-enhancing tumor, has been part of label 1 since 2017.
LABELS = ((1, 3), (2,), (4,))
VALUES = np.array([1, 2, 4], np.uint8)


def place(info, rule):
    """Returns where the network's input lies in a case's grid.

    Args:
        info: the case's `data.prepared.volume_info.VolumeInfo`.
        rule: a `Geometry`.
    """
    shape = (rule.size,) * 3
    if rule.mode == "resize":
        return Placement.resized(info, shape)
    return Placement.cropped(info, shape, rule.center)


def scale(images, statistics):
    """Scales all voxels, background included, as the original code does.

    Args:
        images: raw intensities `(…, columns, modalities)`.
        statistics: means and deviations, `(modalities,)` each.

    Returns:
        A float32 array of the same shape.
    """
    return standardize_all(images, *statistics)


def masks_of(labels):
    """Returns one mask per map, float32 `(…, 3)`, for canonical labels `(…)`."""
    return np.stack([np.isin(labels, values) for values in LABELS], axis=-1).astype(
        np.float32
    )


def labels_of(probabilities, threshold):
    """Returns canonical labels `(…)` for probabilities `(…, 3)`.

    Each is the most probable label, or background where none reaches the threshold.
    """
    likeliest = probabilities.argmax(axis=-1)
    found = probabilities.max(axis=-1) >= threshold
    return np.where(found, VALUES[likeliest], np.uint8(0))
