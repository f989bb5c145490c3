"""The grid of a volume and its place in space."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Geometry:
    """The grid of a volume and its place in space.

    Args:
        shape: `(depth, height, width)` in voxels.
        affine: `(4, 4)` float64 matrix from voxel indices (x, y, z), which are
            (width, height, depth), to RAS+ mm, as in nibabel.
    """

    shape: tuple[int, int, int]
    affine: np.ndarray

    @property
    def spacing(self):
        """Size of a voxel along (depth, height, width) in mm."""
        return tuple(np.linalg.norm(self.affine[:3, :3], axis=0)[::-1].tolist())

    def rounded_axes(self):
        """Returns the rows of direction times spacing, rounded, for messages."""
        return np.round(self.affine[:3, :3], 3).tolist()

    def matches(self, other):
        """Whether another geometry is the same, with an affine equal within 1e-3."""
        return self.shape == other.shape and np.allclose(
            self.affine, other.affine, rtol=0, atol=1e-3
        )

    def same_axes(self, other):
        """Whether directions and spacing are the same within 1e-3 mm."""
        return np.allclose(self.affine[:3, :3], other.affine[:3, :3], rtol=0, atol=1e-3)
