"""From four images as scanners write them to four that are like those of BraTS.

Co-registered to the T1 with contrast agent, on one grid of 1 mm whose axes are those of
the patient, 0 outside of the brain; and the way back to the grid of that image.
"""

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk

from common.errors import UserError
from data.brats.releases import GRID, MODALITIES
from data.scans.coregister import Registration
from data.volume.geometry import Geometry
from data.volume.itk import geometry_of, to_image

REFERENCE = "t1ce"  # what all others are registered to
_MARGIN = 5  # mm around the brain


@dataclass(frozen=True, eq=False)
class Prepared:
    """Four images on one grid, and how they came there.

    Args:
        volumes: float32 `(depth, height, width)` by modality, 0 outside of the brain.
        brain: uint8 of the same shape.
        geometry: their `Geometry`.
        placements: `Placement` of each modality but the reference, from points of the
            reference, which keeps its place, to those of the image that was given.
        reference: SimpleITK image of the reference as it was given.
    """

    volumes: dict
    brain: np.ndarray
    geometry: Geometry
    placements: dict
    reference: sitk.Image


def prepare(inputs, brain, say=print):
    """Prepares the four images of a scan.

    Args:
        inputs: `Input` by modality.
        brain: `Input`, not 0 in the brain, in the place of the reference; of any grid.
        say: receives a line for each step.

    Returns:
        A `Prepared`.

    Raises:
        UserError: an image is empty, has slanted axes or shows too little, or the
            mask is empty or not that of this head.
    """
    images = {name: _image_of(inputs[name]) for name in MODALITIES}
    reference = images[REFERENCE]
    mask = _on_grid(brain, reference, inputs[REFERENCE].name)
    registration = Registration(reference, mask)
    others = [name for name in MODALITIES if name != REFERENCE]
    found = registration.place([images[name] for name in others])
    placements = dict(zip(others, found, strict=True))
    for name, placement in placements.items():
        if not np.isfinite(placement.information):
            raise _elsewhere(inputs[name].name)
        say(
            f"{name}: turned by {placement.angle:.1f} degrees and moved by "
            f"{placement.shift:.1f} mm to {REFERENCE}; mutual information "
            f"{placement.information:.2f}; {placement.coverage:.0%} of the brain shown"
        )
    grid = working_grid(mask)
    inside = sitk.Resample(mask, grid, sitk.Transform(), sitk.sitkLabelLinear)
    volumes = {}
    for name in MODALITIES:
        placement = placements.get(name)
        transform = placement.transform if placement else sitk.Transform()
        moved = sitk.Resample(images[name], grid, transform, sitk.sitkLinear, 0.0)
        volumes[name] = sitk.GetArrayFromImage(sitk.Mask(moved, inside))
    array = sitk.GetArrayFromImage(inside)
    return Prepared(volumes, array, geometry_of(grid), placements, reference)


def working_grid(mask):
    """Returns an empty image of 1 mm around a brain, on the axes of the patient.

    It is as large as those of BraTS, or larger where the brain needs it.

    Args:
        mask: SimpleITK image of a brain, on any axes.
    """
    low, high = _box(mask)
    size = np.maximum(GRID[::-1], np.ceil(high - low + 2 * _MARGIN)).astype(int)
    grid = sitk.Image(size.tolist(), sitk.sitkUInt8)
    grid.SetOrigin(((low + high) / 2 - (size - 1) / 2).tolist())
    return grid


def restore(labels, geometry, reference):
    """Brings labels from the grid of 1 mm back to that of the reference.

    Each voxel gets the label that linear interpolation gives the largest share.

    Args:
        labels: uint8 `(depth, height, width)`.
        geometry: their `Geometry`.
        reference: SimpleITK image of the reference.

    Returns:
        A uint8 array in the voxel order of the reference.
    """
    image = to_image(labels, geometry, "the labels")
    still = sitk.Transform()
    return sitk.GetArrayFromImage(
        sitk.Resample(image, reference, still, sitk.sitkLabelLinear, 0, sitk.sitkUInt8)
    )


def _image_of(given):
    low, high = float(given.array.min()), float(given.array.max())
    if not (np.isfinite([low, high]).all() and low < high):
        fix = "export the image again"
        raise UserError(given.name, "an image", f"voxels from {low} to {high}", fix)
    return to_image(given.array, given.geometry, given.name)


def _on_grid(brain, reference, name):
    """Returns a brain mask on the grid of the reference, with its holes filled."""
    mask = to_image((brain.array != 0).astype(np.uint8), brain.geometry, brain.name)
    mask = sitk.Resample(
        mask, reference, sitk.Transform(), sitk.sitkNearestNeighbor, 0, sitk.sitkUInt8
    )
    mask = sitk.BinaryFillhole(mask)
    share = float(sitk.GetArrayViewFromImage(mask).mean())
    if not 0 < share < 1:
        raise UserError(
            brain.name,
            f"a mask that is not 0 in the brain, in the place of {name}",
            "nothing but 0 there" if share == 0 else "no voxel that is 0",
            "make it from this very image, such as with `--skull-strip "
            '"hd-bet -i {in} -o {out}"`',
        )
    return mask


def _box(mask):
    """Returns the lowest and highest corner of a mask, (x, y, z) in LPS+ mm."""
    inside = np.argwhere(sitk.GetArrayViewFromImage(mask))[:, ::-1]
    low, high = inside.min(axis=0) - 0.5, inside.max(axis=0) + 0.5
    corners = np.array(list(np.ndindex(2, 2, 2))) * (high - low) + low
    places = [mask.TransformContinuousIndexToPhysicalPoint(c.tolist()) for c in corners]
    return np.min(places, axis=0), np.max(places, axis=0)


def _elsewhere(name):
    return UserError(
        name,
        "an image that shows the whole brain",
        f"one that covers too little of that of {REFERENCE}",
        "name another image; a slab cannot be registered",
    )
