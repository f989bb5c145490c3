"""One slice of the figshare data set, in memory."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Slice:
    """One slice, upright: rows run from the top of the head downwards.

    Args:
        image: intensities, `(height, width)`, of the file's own type (int16).
        mask: tumor, `(height, width)` uint8 of 0 and 1; never empty.
        border: the tumor's outline, `(k, 2)` float64; x (column) and y (row)
            in pixels, the center of the first pixel at 0; not closed.
        patient: patient identifier; empty where the file has none.
        label: 1 meningioma, 2 glioma, 3 pituitary tumor.
    """

    image: np.ndarray
    mask: np.ndarray
    border: np.ndarray
    patient: str
    label: int
