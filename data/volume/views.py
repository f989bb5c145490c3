"""The three views of a volume: which axis its slices are stacked along."""

import numpy as np

# The axis of (depth, height, width) that each axis of the view is.
VIEWS = {"axial": (0, 1, 2), "sagittal": (2, 0, 1), "coronal": (1, 0, 2)}


def to_view(array, view):
    """Turns a volume so that the view's slices lie in its last two axes.

    Args:
        array: `(depth, height, width, …)`; further axes stay where they are.
        view: `"axial"`, `"sagittal"` or `"coronal"`.

    Returns:
        A view of the same memory, `(slices, rows, columns, …)`.
    """
    return np.transpose(array, (*VIEWS[view], *range(3, array.ndim)))


def from_view(array, view):
    """Turns `(slices, rows, columns, …)` back to `(depth, height, width, …)`."""
    return np.transpose(array, (*np.argsort(VIEWS[view]), *range(3, array.ndim)))


def axes_to_view(values, view):
    """Orders three values, one for each axis of the volume, as the view's axes."""
    return tuple(values[axis] for axis in VIEWS[view])


def axes_from_view(values, view):
    """Orders three values, one for each axis of the view, as the volume's axes."""
    return tuple(values[position] for position in np.argsort(VIEWS[view]))
