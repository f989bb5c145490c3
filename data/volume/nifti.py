"""NIfTI files as arrays (depth, height, width), through nibabel."""

import gzip
import sys
import zlib
from math import prod
from pathlib import Path

import nibabel
import numpy as np
from nibabel.filebasedimages import ImageFileError
from nibabel.spatialimages import HeaderDataError
from nibabel.wrapstruct import WrapStructError

from common.errors import UserError
from common.files import require_readable, unreadable
from data.volume.header import COPY_AGAIN, checked_channels, checked_shape

_ERRORS = (
    ImageFileError,
    HeaderDataError,
    WrapStructError,
    OSError,
    EOFError,
    ValueError,
    OverflowError,
    zlib.error,
)
_GZIP = 31  # how zlib calls gzip's format, with its checksum


def read_nifti(path):
    """Reads a NIfTI volume.

    Args:
        path: a `.nii` or `.nii.gz` file.

    Returns:
        `(array, affine)`: the array `(depth, height, width)` in the type of the
        file, or float32 if its integers are to be scaled; the affine `(4, 4)` from
        (x, y, z) to RAS+ mm.

    Raises:
        UserError: the file cannot be read, is damaged, or is not a volume of
            numbers.
    """
    image = _load(path)
    shape = checked_shape(path, image.shape, image.affine)
    return _voxels(path, image).reshape(shape), image.affine


def read_nifti_channels(path):
    """Reads a NIfTI file of several volumes on one grid, decoded once.

    Args:
        path: a `.nii` or `.nii.gz` file of four axes.

    Returns:
        `(array, affine)`: the array `(channels, depth, height, width)`, the rest as
        for `read_nifti`.

    Raises:
        UserError: the file cannot be read, is damaged, or does not hold volumes of
            numbers.
    """
    image = _load(path)
    shape = checked_channels(path, image.shape, image.affine)
    return _voxels(path, image).reshape(shape), image.affine


def read_nifti_header(path):
    """Reads the header of a NIfTI volume.

    Args:
        path: a `.nii` or `.nii.gz` file.

    Returns:
        `(shape, affine)` of what `read_nifti` would return.

    Raises:
        UserError: the header cannot be read, or is not that of a volume.
    """
    image = _load(path)
    return checked_shape(path, image.shape, image.affine), image.affine


def read_nifti_channels_header(path):
    """Reads the header of a NIfTI file of several volumes.

    Args:
        path: a `.nii` or `.nii.gz` file of four axes.

    Returns:
        `(shape, affine)` of what `read_nifti_channels` would return.

    Raises:
        UserError: the header cannot be read, or is not that of volumes.
    """
    image = _load(path)
    return checked_channels(path, image.shape, image.affine), image.affine


def read_nifti_grid(path):
    """Reads the grid of the volume, or of each of the volumes, of a NIfTI file.

    Args:
        path: a `.nii` or `.nii.gz` file.

    Returns:
        `(shape, affine)`, the shape `(depth, height, width)`.

    Raises:
        UserError: the header cannot be read, or is not that of volumes.
    """
    image = _load(path)
    size = image.shape[:3] if len(image.shape) == 4 else image.shape
    return checked_shape(path, size, image.affine), image.affine


def encode_nifti(labels, affine, like=None, compressed=True):
    """Encodes a label map, or an image, as the bytes of a NIfTI file.

    Args:
        labels: uint8 or float32 `(depth, height, width)`.
        affine: `(4, 4)` from (x, y, z) to RAS+ mm.
        like: a NIfTI file, of one or several volumes, whose header is kept; or None
            for a new header in mm.
        compressed: whether to compress as `.nii.gz`.

    Returns:
        The content of the file, the same bytes for the same arguments.

    Raises:
        UserError: `like` cannot be read.
    """
    if like is None:
        image = nibabel.Nifti1Image(labels.T, affine)
        image.header.set_xyzt_units("mm")
        image.set_qform(affine, code="scanner")
        image.set_sform(affine, code="scanner")
    else:
        other = _load(like)
        # With the affine of the header itself, nibabel leaves its form codes alone.
        image = type(other)(labels.T, other.affine, other.header)
    image.set_data_dtype(labels.dtype)
    image.header["cal_min"] = image.header["cal_max"] = 0  # the image's would be wrong
    content = image.to_bytes()
    return gzip.compress(content, mtime=0) if compressed else content


def _load(path):
    """Returns a lazy nibabel image of numbers."""
    require_readable(path)
    try:
        # A memory map would keep the file open, and show its later changes.
        image = nibabel.load(path, mmap=False)
    except _ERRORS as error:
        raise _unreadable(path, error) from error
    if not isinstance(image, nibabel.Nifti1Image):
        raise _unreadable(path, f"a file of the type {type(image).__name__}")
    kind = image.get_data_dtype()
    if kind.kind not in "iuf":
        raise UserError(path, "integers or floats", f"voxels of {kind}", COPY_AGAIN)
    return image


def _voxels(path, image):
    """Returns all voxels of a lazy image, the last axis of the file first."""
    try:
        image = type(image).from_bytes(_read_whole(path, image))
        if (image.dataobj.slope, image.dataobj.inter) == (1.0, 0.0):
            array = image.dataobj.get_unscaled()
        else:
            array = image.get_fdata(dtype=np.float32, caching="unchanged")
    except _ERRORS as error:
        raise _unreadable(path, error) from error
    # The first axis runs fastest in the file: the transpose copies nothing.
    array = np.ascontiguousarray(array.T)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _read_whole(path, image):
    """Returns the content of a file whose header has been read.

    nibabel stops reading after the last voxel, before gzip verifies checksum and
    length: a flipped bit would go unnoticed.
    """
    expected = image.dataobj.offset + image.dataobj.dtype.itemsize * prod(image.shape)
    content = Path(path).read_bytes()
    if str(path).lower().endswith(".gz"):
        content = _unpacked(content, expected)
    if len(content) != expected:
        more = " or more" if len(content) > expected else ""
        raise EOFError(f"{len(content)} bytes{more}; its header promises {expected}")
    return content


def _unpacked(packed, most):
    """Returns what a gzip file holds, at most one byte more than `most`.

    A few kilobytes may be packed from gigabytes.
    """
    parts, size = [], 0
    while packed and size <= most:
        stream = zlib.decompressobj(_GZIP)
        # zlib counts in C.
        parts.append(stream.decompress(packed, min(most + 1 - size, sys.maxsize)))
        size += len(parts[-1])
        if not stream.eof and size <= most:
            raise EOFError("the end of the compressed data is missing")
        packed = stream.unused_data.lstrip(b"\0")  # padding
    return b"".join(parts)


def _unreadable(path, error):
    if isinstance(error, OSError) and error.errno:
        return unreadable(path, error)
    received = " ".join(str(error).split()) or type(error).__name__
    return UserError(path, "a readable NIfTI volume", received, COPY_AGAIN)
