"""What can be shown of a case beside its scores: images, truth, license."""

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, eq=False)
class CaseImages:
    """The images and the truth of a case, all on one grid.

    Args:
        images: each modality's intensities by name, `(height, width)` of a slice or
            `(depth, height, width)` of a volume.
        truth: integer labels of the same shape, or None if there is none.
        labels: for each label its name and the color of the paper's own figures.
        license: the sentence that the license of the images asks for.
        affine: `(4, 4)` from the voxels of a volume, x first, to RAS+ mm; else None.
    """

    images: dict[str, np.ndarray]
    truth: np.ndarray | None
    labels: dict[int, tuple[str, str]]
    license: str
    affine: np.ndarray | None = field(default=None)

    @property
    def voxel_volume(self):
        """The volume of a voxel in mL, or None for a slice."""
        if self.affine is None:
            return None
        return float(abs(np.linalg.det(self.affine[:3, :3]))) / 1000
