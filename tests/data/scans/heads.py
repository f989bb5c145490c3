"""A synthetic head that can be scanned from any side: intensities by formula."""

import numpy as np
import SimpleITK as sitk

from data.scans.inputs import Input
from data.volume.itk import from_image

SIDE, VOXEL = 32, 3.0  # voxels of a grid, and their size in mm
_AXES = np.array([38.0, 32.0, 29.0])  # of the brain, mm
_BLOBS = 60
CONTRASTS = {
    "t1": lambda v: 300 + 500 * v,
    "t1ce": lambda v: 250 + 500 * v + 300 * (v > 0.75),
    "t2": lambda v: 900 - 600 * v,
    "flair": lambda v: 300 + 900 * np.abs(v - 0.5),
}


def tissue(points):
    """Returns the tissue, 0 to 1, at points `(…, 3)` in LPS+ mm; NaN outside."""
    draw = np.random.default_rng(3)
    centers = draw.uniform(-1, 1, (_BLOBS, 3)) * _AXES
    widths, heights = draw.uniform(4, 11, _BLOBS), draw.uniform(-1, 1, _BLOBS)
    total = np.zeros(points.shape[:-1])
    for center, width, height in zip(centers, widths, heights, strict=True):
        apart = ((points - center) ** 2).sum(axis=-1)
        total += height * np.exp(-apart / (2 * width**2))
    # Not symmetric: one side is cut off.
    inside = ((points / _AXES) ** 2).sum(axis=-1) < 1
    inside &= points[..., 0] < 30
    return np.where(inside, 1 / (1 + np.exp(-3 * total)), np.nan)


def grid(axes="LPS", voxel=(VOXEL, VOXEL, VOXEL)):
    """Returns an empty image around the head."""
    counts = [int(round(SIDE * VOXEL / mm)) for mm in voxel]
    image = sitk.Image(counts, sitk.sitkFloat32)
    image.SetSpacing(voxel)
    image.SetOrigin([-(n - 1) / 2 * mm for n, mm in zip(counts, voxel, strict=True)])
    return sitk.DICOMOrient(image, axes)


def places(image):
    """Returns the point of each voxel, `(depth, height, width, 3)`."""
    index = np.indices(image.GetSize()[::-1]).reshape(3, -1)[::-1].T
    matrix = np.reshape(image.GetDirection(), (3, 3)) * image.GetSpacing()
    points = index @ matrix.T + image.GetOrigin()
    return points.reshape(*image.GetSize()[::-1], 3)


def move(angles=(0, 0, 0), shift=(0, 0, 0)):
    """Returns a rigid transform, degrees and mm."""
    made = sitk.Euler3DTransform()
    made.SetRotation(*np.radians(angles).tolist())
    made.SetTranslation(shift)
    return made


def scan(name, transform=None, on=None):
    """Scans the head.

    Args:
        name: of the modality.
        transform: from points of the image to those of the head.
        on: an empty image.

    Returns:
        A SimpleITK image of float32.
    """
    on, transform = on or grid(), transform or move()
    matrix = np.reshape(transform.GetMatrix(), (3, 3))
    points = places(on) @ matrix.T + transform.GetTranslation()
    values = tissue(points)
    array = np.where(np.isnan(values), 0, CONTRASTS[name](values))
    image = sitk.GetImageFromArray(array.astype(np.float32))
    image.CopyInformation(on)
    return image


def as_input(image, name="x"):
    array, geometry = from_image(image)
    return Input(name, name, array.astype(np.float32), geometry)
