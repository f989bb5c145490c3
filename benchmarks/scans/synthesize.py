"""Makes scans as scanners write them out of a whole case of BraTS.

Each modality is moved on its own, as by a patient who moves between sequences, and
sampled on a grid of its own; slices are as thick as they are apart, as means.
"""

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk

from data.brats.releases import MODALITIES
from data.volume.files import read_volume
from data.volume.itk import to_image

MAX_SHIFT, MAX_ANGLE = 15.0, 15.0  # mm and degrees
_FIELD = 240  # mm along each axis of a grid


@dataclass(frozen=True, eq=False)
class Raw:
    """One modality as a scanner would have written it.

    Args:
        image: SimpleITK image of int16.
        move: `SimpleITK.Euler3DTransform` from its points to those of the case.
    """

    image: sitk.Image
    move: sitk.Euler3DTransform


@dataclass(frozen=True)
class Grid:
    """How the slices of a modality lie.

    Args:
        axes: where columns, rows and slices grow to, such as `"LPS"` for axial ones.
        thickness: of the slices in mm; pixels are 1 mm wide.
    """

    axes: str
    thickness: int


def read_case(case):
    """Returns the SimpleITK images of a case by modality, float32."""
    images = {}
    for name in MODALITIES:
        array, geometry = read_volume(case.images[name])
        images[name] = to_image(array.astype(np.float32), geometry, case.images[name])
    return images


def draw_move(center, seed, number):
    """Draws a rigid move: axis at random, angle and shift evenly up to the largest.

    Args:
        center: that the rotation leaves where it is, in mm.
        seed: of the experiment.
        number: of the move in it.
    """
    draw = np.random.default_rng((seed, number))
    axis, way = (draw.normal(size=3) for _ in range(2))
    turn = sitk.VersorTransform()
    turn.SetRotation(axis.tolist(), float(np.radians(draw.uniform(0, MAX_ANGLE))))
    move = sitk.Euler3DTransform()
    move.SetCenter(list(center))
    move.SetMatrix(turn.GetMatrix())
    shift = way / np.linalg.norm(way) * draw.uniform(0, MAX_SHIFT)
    move.SetTranslation(shift.tolist())
    return move


def sample(image, move, grid, interpolator=sitk.sitkLinear):
    """Returns an image moved and sampled on a grid around its middle.

    Args:
        image: SimpleITK image of the case.
        move: from points of the result to those of the case.
        grid: a `Grid`.
        interpolator: SimpleITK's.
    """
    fine = _empty(image, move, grid)
    moved = sitk.Resample(image, fine, move, interpolator, 0.0)
    if grid.thickness == 1:
        return moved
    return sitk.BinShrink(sitk.Cast(moved, sitk.sitkFloat32), [1, 1, grid.thickness])


def as_scanned(image, move, grid):
    """Returns a modality as a `Raw`."""
    moved = sample(image, move, grid)
    return Raw(sitk.Cast(sitk.Round(moved), sitk.sitkInt16), move)


def middle_of(image):
    """Returns the middle of an image's grid in mm."""
    index = [(n - 1) / 2 for n in image.GetSize()]
    return image.TransformContinuousIndexToPhysicalPoint(index)


def _empty(image, move, grid):
    """Returns the grid of 1 mm from which slices are averaged."""
    around = move.GetInverse().TransformPoint(middle_of(image))
    count = _FIELD // grid.thickness * grid.thickness
    cube = sitk.Image([_FIELD, _FIELD, count], sitk.sitkUInt8)
    cube = sitk.DICOMOrient(cube, grid.axes)
    offset = np.subtract(around, middle_of(cube))
    cube.SetOrigin((np.array(cube.GetOrigin()) + offset).tolist())
    return cube
