"""Label maps of BraTS: from the values of a release to canonical ones and back."""

import numpy as np

from common.errors import UserError

_LOOK = "correct the label map, or remove the case"
# Values of later data sets, which use the same file names.
_KNOWN = {("brats23", 4): "4 is the resection cavity of post-treatment sets"}
_KNOWN |= {
    (f"brats{year}", 3): "since 2023, 3 is the enhancing tumor, which is 4 here"
    for year in (17, 18, 19, 20, 21)
}


def to_canonical(values, release, path):
    """Maps the values of a release to canonical labels.

    Args:
        values: label map as read from disk, of any shape and numeric type.
        release: the `Release`.
        path: the file, for the error message.

    Returns:
        uint8 labels of the same shape: 0 background, 1 necrosis (since 2017
        including non-enhancing tumor), 2 edema, 3 non-enhancing tumor (2013 and
        2015 only), 4 enhancing tumor, 5 resection cavity (2024 only).

    Raises:
        UserError: a value is not one of the release, not an integer, or not a number.
    """
    expected = f"the labels {_listed(release.labels)} of {release.title}"
    if not np.isfinite(values).all():
        raise UserError(path, expected, "NaN or infinite voxels", _LOOK)
    low, high = values.min(), values.max()
    if low < 0 or high > 255:
        raise UserError(path, expected, f"values from {low} to {high}", _LOOK)
    whole = values.astype(np.uint8)
    if values.dtype.kind == "f" and not np.array_equal(whole, values):
        odd = values[whole != values].flat[0]
        raise UserError(path, expected, f"fractions, such as {odd}", _LOOK)
    present = np.flatnonzero(np.bincount(whole.ravel(), minlength=256)).tolist()
    unexpected = [value for value in present if value not in release.labels]
    if unexpected:
        known = [_KNOWN.get((release.name, value)) for value in unexpected]
        received = "; ".join([_listed(unexpected), *filter(None, known)])
        raise UserError(path, expected, received, _LOOK)
    table = np.zeros(256, np.uint8)
    table[list(release.labels)] = list(release.labels.values())
    return table[whole]


def from_canonical(labels, release):
    """Maps canonical labels to the values of a release.

    Args:
        labels: integer label map of any shape.
        release: the `Release`.

    Returns:
        uint8 values of the same shape.

    Raises:
        ValueError: a label has no value in the release.
    """
    labels = np.asarray(labels)
    values = {label: value for value, label in release.labels.items()}
    present = np.unique(labels).tolist()
    if labels.dtype.kind not in "iub" or not set(present) <= set(values):
        raise ValueError(
            f"Expected canonical labels of {release.title}, {_listed(values)}. "
            f"Received: {_listed(present)} of type {labels.dtype}"
        )
    table = np.zeros(max(values) + 1, np.uint8)
    table[list(values)] = list(values.values())
    return table[labels.astype(np.uint8)]


def _listed(values):
    return ", ".join(str(value) for value in sorted(values))
