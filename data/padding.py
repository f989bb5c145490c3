"""Padding of slices so that four poolings halve their sides evenly."""

import numpy as np

MULTIPLE = 16


def padded_size(size):
    """Rounds the sides of a slice up to multiples of 16.

    Args:
        size: `(height, width)` in pixels.

    Returns:
        `(height, width)` in pixels.
    """
    return tuple(-(-side // MULTIPLE) * MULTIPLE for side in size)


def padded(arrays):
    """Pads slices with zeros at the bottom and on the right.

    Args:
        arrays: `(batch, height, width, …)`.

    Returns:
        An array of the same type with the sides of `padded_size`; `arrays` itself if
        it needs no padding.
    """
    sides = arrays.shape[1:3]
    if padded_size(sides) == sides:
        return arrays
    more = [(0, new - old) for old, new in zip(sides, padded_size(sides), strict=True)]
    return np.pad(arrays, [(0, 0), *more, *[(0, 0)] * (arrays.ndim - 3)])
