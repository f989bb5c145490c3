"""The tumor regions of BraTS as sets of labels, and what a volume has of each.

Labels are canonical, the same for all releases: 0 background, 1 necrosis (from
2017 on with the non-enhancing tumor), 2 edema, 3 non-enhancing tumor (2013 and
2015 only), 4 enhancing tumor. So one definition serves them all: a release
without label 3 has no voxel of it.
"""

import numpy as np

LABELS = (0, 1, 2, 3, 4)

# Whole tumor, tumor core and enhancing tumor.
REGIONS = {"wt": (1, 2, 3, 4), "tc": (1, 3, 4), "et": (4,)}


def region_mask(labels, values):
    """Marks the voxels of one region.

    Args:
        labels: integer array of any shape, canonical labels.
        values: the labels of the region, such as `REGIONS["tc"]`.

    Returns:
        A boolean array of the shape of `labels`.

    Raises:
        ValueError: the region has no label.
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
        regions: labels by the region's name; all of `REGIONS` by default.

    Returns:
        A dict from region to a boolean array of the shape of `labels`.
    """
    regions = REGIONS if regions is None else regions
    return {name: region_mask(labels, values) for name, values in regions.items()}


def check_labels(labels, name):
    """Makes sure that an array holds canonical labels and nothing else.

    Args:
        labels: array of any shape.
        name: what to call it in the error.

    Returns:
        The labels as a uint8 array.

    Raises:
        ValueError: it holds other types than integers, or other values.
    """
    labels = np.asarray(labels)
    integers = labels.dtype == bool or np.issubdtype(labels.dtype, np.integer)
    if not integers or (labels.size and not 0 <= labels.min() <= labels.max() <= 4):
        values = f"from {labels.min()} to {labels.max()}" if labels.size else "none"
        raise ValueError(
            f"Argument `{name}` must hold the integer labels 0 to 4. "
            f"Received: type {labels.dtype}, values {values}"
        )
    return labels.astype(np.uint8, copy=False)
