"""Slices padded so that four poolings divide their sides."""

import numpy as np

MULTIPLE = 16


def padded_size(size):
    """Returns the sides (height, width), in pixels, that the poolings divide."""
    return tuple(-(-side // MULTIPLE) * MULTIPLE for side in size)


def padded(arrays):
    """Pads `(batch, height, width, …)` at the bottom and at the right with zeros.

    What needs none is returned as it is.
    """
    sides = arrays.shape[1:3]
    if padded_size(sides) == sides:
        return arrays
    more = [(0, new - old) for old, new in zip(sides, padded_size(sides), strict=True)]
    return np.pad(arrays, [(0, 0), *more, *[(0, 0)] * (arrays.ndim - 3)])
