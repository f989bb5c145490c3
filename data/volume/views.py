"""The three views of a volume: which axis its slices are stacked along."""

import numpy as np

# For each axis of a view, its position among (depth, height, width).
VIEWS = {"axial": (0, 1, 2), "sagittal": (2, 0, 1), "coronal": (1, 0, 2)}


def to_view(array, view):
    """Turns a volume so that the slices of a view lie in its second and third axis.

    Args:
        array: `(depth, height, width, …)`; further axes stay where they are.
        view: `"axial"`, `"sagittal"` or `"coronal"`.

    Returns:
        A view of the same memory, `(slices, rows, columns, …)`.
    """
    return np.transpose(array, (*VIEWS[view], *range(3, array.ndim)))


def from_view(array, view):
    """Turns a view back; the inverse of `to_view`.

    Args:
        array: `(slices, rows, columns, …)`.
        view: `"axial"`, `"sagittal"` or `"coronal"`.

    Returns:
        A view of the same memory, `(depth, height, width, …)`.
    """
    return np.transpose(array, (*np.argsort(VIEWS[view]), *range(3, array.ndim)))


def axes_to_view(values, view):
    """Reorders three values, one per axis of the volume, to the axes of a view."""
    return tuple(values[axis] for axis in VIEWS[view])


def axes_from_view(values, view):
    """Reorders three values, one per axis of a view, to the axes of the volume."""
    return tuple(values[position] for position in np.argsort(VIEWS[view]))
