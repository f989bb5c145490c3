"""Volumes as images of SimpleITK, which registers and resamples them, and back."""

import contextlib

import numpy as np
import SimpleITK as sitk

from common.errors import UserError
from data.volume.geometry import Geometry

# The axes of ITK point to the left, back and top (LPS): two are opposite to RAS+.
_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


@contextlib.contextmanager
def one_thread():
    """Lets SimpleITK use one thread: sums in another order would give other digits."""
    threads = sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    try:
        yield
    finally:
        sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(threads)


def to_image(array, geometry, path):
    """Returns a volume as a SimpleITK image.

    Args:
        array: `(depth, height, width)`.
        geometry: its `Geometry`.
        path: its file, for the error message.

    Raises:
        UserError: the axes of the volume are not at right angles.
    """
    matrix = _LPS_TO_RAS @ geometry.affine
    spacing = np.linalg.norm(matrix[:3, :3], axis=0)
    direction = matrix[:3, :3] / np.maximum(spacing, 1e-9)
    if not np.allclose(direction.T @ direction, np.eye(3), rtol=0, atol=1e-3):
        raise UserError(
            path,
            "axes at right angles to each other",
            f"an affine of {geometry.rounded_axes()}",
            "pass the DICOM series itself, or convert it again, such as with dcm2niix",
        )
    image = sitk.GetImageFromArray(np.ascontiguousarray(array))
    image.SetSpacing(spacing.tolist())
    # ITK wants right angles to the last digits; a header of float32 has fewer.
    left, _, right = np.linalg.svd(direction)
    image.SetDirection((left @ right).ravel().tolist())
    image.SetOrigin(matrix[:3, 3].tolist())
    return image


def from_image(image):
    """Returns `(array, geometry)` of a SimpleITK image of three axes."""
    array = sitk.GetArrayFromImage(image)
    return array, geometry_of(image)


def geometry_of(image):
    """Returns the `Geometry` of a SimpleITK image of three axes."""
    direction = np.reshape(image.GetDirection(), (3, 3))
    affine = lps_affine(image.GetOrigin(), image.GetSpacing(), direction)
    return Geometry(tuple(image.GetSize()[::-1]), affine)


def lps_affine(origin, spacing, direction):
    """Returns the affine of a grid that is described in LPS+ mm.

    Args:
        origin: center of the first voxel, (x, y, z).
        spacing: of the voxels along the axes (x, y, z) of the volume.
        direction: `(3, 3)`; each column is the direction of an axis.

    Returns:
        `(4, 4)` from voxel indices (x, y, z) to RAS+ mm.
    """
    affine = np.eye(4)
    affine[:3, :3] = np.asarray(direction) * np.asarray(spacing)
    affine[:3, 3] = origin
    return _LPS_TO_RAS @ affine
