"""A slice of the figshare data set, in memory."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Slice:
    """One slice, upright: rows run from the top of the head downwards.

    Args:
        image: intensities, `(height, width)`, of the type of the file (int16).
        mask: tumor, `(height, width)` uint8 of 0 and 1; never empty.
        border: the outline of the tumor, `(k, 2)` float64: x (column) and y (row) in
            pixels, with the center of the first pixel at 0; not closed.
        patient: patient identifier; empty if the file has none.
        label: 1 meningioma, 2 glioma, 3 pituitary tumor.
    """

    image: np.ndarray
    mask: np.ndarray
    border: np.ndarray
    patient: str
    label: int
