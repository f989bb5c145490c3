"""Where an image lies relative to another."""

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk


@dataclass(frozen=True, eq=False)
class Placement:
    """Where an image lies relative to another.

    Args:
        transform: rigid, a `SimpleITK.Euler3DTransform` from points of the fixed image
            to those of the moving image, in LPS+ mm.
        information: mutual information of the two images in nats; larger is better.
        start: the start of the search that led to it.
        coverage: share of the brain that the moving image shows.
    """

    transform: sitk.Euler3DTransform
    information: float
    start: str
    coverage: float

    @property
    def angle(self):
        """By how much the image is turned, in degrees."""
        matrix = np.reshape(self.transform.GetMatrix(), (3, 3))
        return float(np.degrees(np.arccos(np.clip((np.trace(matrix) - 1) / 2, -1, 1))))

    @property
    def shift(self):
        """By how far the center of the brain is moved, in mm."""
        center = self.transform.GetCenter()
        moved = self.transform.TransformPoint(center)
        return float(np.linalg.norm(np.subtract(moved, center)))
