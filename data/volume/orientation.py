"""Turning volumes so that their indices point the way that BraTS's do, and back.

In the files of BraTS, width grows to the left of the patient, height to the back
and depth to the top ("LPS"). Turning exchanges and mirrors axes only: no voxel is
resampled.
"""

import numpy as np
from nibabel import orientations
from nibabel.affines import obliquity

from common.errors import UserError

BRATS_AXES = "LPS"


def axis_codes(affine):
    """Returns where (width, height, depth) of a volume grow to, such as `"LPS"`.

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
    """Refuses a volume whose indices do not point the way that BraTS's do.

    Args:
        path: its file, or its case's folder, for the error.
        affine: `(4, 4)` from voxel indices (x, y, z) to RAS+ mm.

    Raises:
        UserError: they do not, or an axis has no direction.
    """
    try:
        codes = axis_codes(affine)
    except ValueError:
        received = f"an affine without them: {np.asarray(affine).tolist()}"
        fix = "correct the header of the file"
    else:
        if codes == BRATS_AXES:
            return
        received = codes
        fix = (
            "turn all files of the case, such as by SimpleITK.DICOMOrient(image, "
            f'"{BRATS_AXES}"); the prediction of a single scan needs no turning'
        )
    expected = f"axes that grow to {BRATS_AXES} (left, back, top), as in BraTS"
    raise UserError(path, expected, received, fix)


def tilt(affine):
    """Returns the largest angle between an axis and the next one of the patient.

    Args:
        affine: `(4, 4)` from voxel indices (x, y, z) to RAS+ mm.

    Returns:
        Degrees.
    """
    return float(np.degrees(obliquity(affine).max()))


def to_brats_axes(volume, affine):
    """Turns a volume so that its indices point the way that BraTS's do.

    Args:
        volume: `(depth, height, width)` in the order of its file.
        affine: the file's affine, `(4, 4)` to RAS+ mm.

    Returns:
        A view of the same memory.
    """
    return _turn(volume, axis_codes(affine), BRATS_AXES)


def from_brats_axes(volume, affine):
    """Turns what `to_brats_axes` has turned back into the order of the file.

    Args:
        volume: `(depth, height, width)` in the order of BraTS.
        affine: the file's affine, `(4, 4)` to RAS+ mm.

    Returns:
        A view of the same memory.
    """
    return _turn(volume, BRATS_AXES, axis_codes(affine))


def _turn(volume, old, new):
    # nibabel counts axes as (x, y, z).
    change = orientations.ornt_transform(
        orientations.axcodes2ornt(old), orientations.axcodes2ornt(new)
    )
    return orientations.apply_orientation(volume.T, change).T
