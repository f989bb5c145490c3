"""Turning volumes to the orientation of BraTS, and back.

In the files of BraTS, width grows to the left of the patient, height to the back and
depth to the top ("LPS"). Turning only exchanges and mirrors axes: no voxel is
resampled.
"""

import numpy as np
from nibabel import orientations
from nibabel.affines import obliquity

from common.errors import UserError
from data.volume.geometry import Geometry

BRATS_AXES = "LPS"


def axis_codes(affine):
    """Returns where the width, height and depth of a volume grow, such as `"LPS"`.

    Args:
        affine: `(4, 4)` from voxel indices (x, y, z) to RAS+ mm.

    Raises:
        ValueError: an axis of the affine has no length.
    """
    codes = orientations.aff2axcodes(affine)
    if None in codes:
        raise ValueError(
            f"Expected an affine of full rank. Received: affine={affine.tolist()}"
        )
    return "".join(codes)


def require_brats_axes(path, affine):
    """Refuses a volume that is not oriented like those of BraTS.

    Args:
        path: its file, or the folder of its case, for the error message.
        affine: `(4, 4)` from voxel indices (x, y, z) to RAS+ mm.

    Raises:
        UserError: it is oriented otherwise, or an axis has no direction.
    """
    try:
        codes = axis_codes(affine)
    except ValueError:
        received = f"an affine of lower rank: {np.asarray(affine).tolist()}"
        fix = "correct the header of the file"
    else:
        if codes == BRATS_AXES:
            return
        received = codes
        fix = (
            "turn all files of the case, such as with SimpleITK.DICOMOrient(image, "
            f'"{BRATS_AXES}"); to predict a single scan, none needs to be turned'
        )
    expected = f"axes that grow to the left, back and top ({BRATS_AXES}), as in BraTS"
    raise UserError(path, expected, received, fix)


def tilt(affine):
    """Returns the largest angle between an axis and the nearest one of the patient.

    Args:
        affine: `(4, 4)` from voxel indices (x, y, z) to RAS+ mm.

    Returns:
        Degrees.
    """
    return float(np.degrees(obliquity(affine).max()))


def to_brats_axes(volume, affine):
    """Turns a volume to the orientation of BraTS.

    Args:
        volume: `(depth, height, width)` in the order of its file.
        affine: the file's affine, `(4, 4)` to RAS+ mm.

    Returns:
        A view of the same memory.
    """
    return _turn(volume, axis_codes(affine), BRATS_AXES)


def from_brats_axes(volume, affine):
    """Turns a volume from the orientation of BraTS back to that of its file.

    Args:
        volume: `(depth, height, width)` in the order of BraTS.
        affine: the file's affine, `(4, 4)` to RAS+ mm.

    Returns:
        A view of the same memory.
    """
    return _turn(volume, BRATS_AXES, axis_codes(affine))


def brats_geometry(geometry):
    """Returns the geometry of a volume that `to_brats_axes` has turned.

    Args:
        geometry: the `Geometry` of the volume in the order of its file.

    Raises:
        ValueError: an axis of the affine has no length.
    """
    change = _change(axis_codes(geometry.affine), BRATS_AXES)
    back = orientations.inv_ornt_aff(change, geometry.shape[::-1])
    # The axes of the file, (x, y, z), in the order of the turned volume.
    order = np.argsort(change[:, 0])
    shape = tuple(geometry.shape[::-1][axis] for axis in order)
    return Geometry(shape[::-1], geometry.affine @ back)


def _turn(volume, old, new):
    # nibabel counts axes as (x, y, z).
    return orientations.apply_orientation(volume.T, _change(old, new)).T


def _change(old, new):
    """Returns how nibabel gets from some axis codes to others."""
    return orientations.ornt_transform(
        orientations.axcodes2ornt(old), orientations.axcodes2ornt(new)
    )
