"""The tumor regions of BraTS as sets of labels, and their masks.

Labels are canonical, the same for all releases: 0 background, 1 necrosis (since 2017
including the non-enhancing tumor), 2 edema, 3 non-enhancing tumor (2013 and 2015
only), 4 enhancing tumor, 5 resection cavity (in sets of treated patients, since 2024).
One definition therefore serves all releases: those without label 3 or 5 have no voxel
of it.
"""

import numpy as np

LABELS = (0, 1, 2, 3, 4, 5)

# Whole tumor, tumor core and enhancing tumor.
REGIONS = {"wt": (1, 2, 3, 4), "tc": (1, 3, 4), "et": (4,)}
# What sets of treated patients are scored on besides: the resection cavity, no tumor.
CAVITY = {"rc": (5,)}


def region_mask(labels, values):
    """Marks the voxels of one region.

    Args:
        labels: integer array of any shape, canonical labels.
        values: the labels of the region, such as `REGIONS["tc"]`.

    Returns:
        A boolean array of the shape of `labels`.

    Raises:
        ValueError: the region has no label.

    Example:

    >>> region_mask(np.array([0, 1, 2, 4]), REGIONS["tc"]).tolist()
    [False, True, False, True]
    """
    if not values:
        raise ValueError("Expected a region of at least one label. Received: none")
    mask = labels == values[0]
    for value in values[1:]:
        mask |= labels == value
    return mask


def region_masks(labels, regions=None):
    """Marks the voxels of each region.

    Args:
        labels: integer array of any shape, canonical labels.
        regions: labels by region name; all of `REGIONS` by default.

    Returns:
        A dict from region name to a boolean array of the shape of `labels`.
    """
    regions = REGIONS if regions is None else regions
    return {name: region_mask(labels, values) for name, values in regions.items()}


def check_labels(labels, name):
    """Checks that an array contains only canonical labels.

    Args:
        labels: array of any shape.
        name: what to call it in the error.

    Returns:
        The labels as a uint8 array.

    Raises:
        ValueError: the type is not an integer type, or there are other values.
    """
    labels = np.asarray(labels)
    known = labels.dtype == bool or np.issubdtype(labels.dtype, np.integer)
    if known and labels.size:
        known = LABELS[0] <= labels.min() <= labels.max() <= LABELS[-1]
    if not known:
        values = f"from {labels.min()} to {labels.max()}" if labels.size else "none"
        raise ValueError(
            f"Expected integer labels 0 to {LABELS[-1]} in `{name}`. "
            f"Received: type {labels.dtype}, values {values}"
        )
    return labels.astype(np.uint8, copy=False)
