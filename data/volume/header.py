"""What the header of a volume must say, whatever its format."""

import numpy as np

from common.errors import UserError

COPY_AGAIN = "copy or download the file again, or remove its case"

_MAX_VOXELS = 2**30  # a header that promises more is damaged


def checked_channels(path, size, affine):
    """Returns how many volumes a file of four axes holds, and the shape of each.

    Args:
        path: the file, for the error message.
        size: number of voxels along x, y, z, and number of volumes.
        affine: `(4, 4)` matrix of the first three axes.

    Returns:
        `(channels, depth, height, width)`.

    Raises:
        UserError: there are not four axes, or a volume is none, as `checked_shape`
            says.
    """
    if len(size) != 4:
        raise UserError(path, "several volumes in one file", f"size {size}", COPY_AGAIN)
    _check_grid(path, size, affine)
    return tuple(size[::-1])


def checked_shape(path, size, affine):
    """Returns the shape of a volume if its header makes sense.

    Args:
        path: the file, for the error message.
        size: number of voxels along x, y, z and any further axes.
        affine: `(4, 4)` matrix of the first three axes.

    Returns:
        `(depth, height, width)` in voxels.

    Raises:
        UserError: there are fewer than three axes or more (of a length other than
            1), no voxels or absurdly many, or the affine is not finite.
    """
    if len(size) < 3 or any(length != 1 for length in size[3:]):
        raise UserError(path, "a volume of three axes", f"size {size}", COPY_AGAIN)
    _check_grid(path, size, affine)
    return tuple(size[2::-1])


def _check_grid(path, size, affine):
    # In floats, as the product of a damaged size may overflow any integer.
    if min(size) < 1 or np.prod(size, dtype=np.float64) > _MAX_VOXELS:
        expected = f"a volume of 1 to {_MAX_VOXELS} voxels"
        raise UserError(path, expected, f"size {size}", COPY_AGAIN)
    if not np.isfinite(affine).all():
        raise UserError(path, "a finite affine", affine.tolist(), COPY_AGAIN)
