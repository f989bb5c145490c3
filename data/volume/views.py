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
    """Reorders three values from the axes of a volume to those of a view.

    Args:
        values: one value per axis (depth, height, width).
        view: `"axial"`, `"sagittal"` or `"coronal"`.

    Returns:
        A tuple, one value per axis (slices, rows, columns).
    """
    return tuple(values[axis] for axis in VIEWS[view])


def axes_from_view(values, view):
    """Reorders three values from the axes of a view to those of a volume.

    Args:
        values: one value per axis (slices, rows, columns).
        view: `"axial"`, `"sagittal"` or `"coronal"`.

    Returns:
        A tuple, one value per axis (depth, height, width).
    """
    return tuple(values[position] for position in np.argsort(VIEWS[view]))
