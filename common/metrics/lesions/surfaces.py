"""The surfaces of single lesions, as shares of a region's surface."""

import itertools

import numpy as np


class LesionSurfaces:
    """A region's surface, divided among its lesions.

    Lesions do not touch one another. So each element of the region's surface is one of
    exactly one lesion, and no lesion has others.

    Args:
        surface: `(points, areas)` of `common.metrics.surface_elements.surface_of`.
        labels: integers `(depth, height, width)`, 0 for background, lesions from 1.
        on_corners: whether points are corners before voxels, not voxels.
    """

    def __init__(self, surface, labels, on_corners):
        points, areas = surface
        owners = (_at_corners if on_corners else _at_voxels)(labels, points)
        order = np.argsort(owners, kind="stable")
        self._points, self._areas = points[order], areas[order]
        numbers = np.arange(int(labels.max(initial=0)) + 2)
        self._starts = np.searchsorted(owners[order], numbers)

    def of(self, numbers):
        """Returns `(points, areas)` of some lesions together.

        Args:
            numbers: the lesions' numbers, at least one.
        """
        parts = [slice(*self._starts[number : number + 2]) for number in numbers]
        return tuple(
            np.concatenate([values[part] for part in parts])
            for values in (self._points, self._areas)
        )


def _at_voxels(labels, points):
    return labels[tuple(points.T)]


def _at_corners(labels, points):
    """Returns the label among the eight voxels that share each corner."""
    padded = np.pad(labels, 1)
    corners = itertools.product((0, 1), repeat=3)
    return np.max([padded[tuple((points + c).T)] for c in corners], axis=0)
