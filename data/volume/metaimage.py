"""MetaImage files (.mha) as arrays (depth, height, width), through SimpleITK."""

import zlib
from pathlib import Path

import numpy as np
import SimpleITK

from common.errors import UserError
from common.files import require_readable, unreadable
from data.volume.header import COPY_AGAIN, checked_shape
from data.volume.metaimage_header import damaged_metaimage, read_header

_ELEMENTS = {"uint8": "MET_UCHAR", "int16": "MET_SHORT"}
# The axes of ITK point to the left, back and top (LPS): two are opposite to RAS+.
_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


def read_metaimage(path):
    """Reads a MetaImage volume.

    Args:
        path: a `.mha` file.

    Returns:
        `(array, affine)`: the array `(depth, height, width)` in the type of the
        file; the affine `(4, 4)` from (x, y, z) to RAS+ mm.

    Raises:
        UserError: the file cannot be read, is damaged, or is not a volume of
            numbers.
    """
    reader, shape, affine, header = _open(path)
    _check_voxels(path, reader, header)
    try:
        array = SimpleITK.GetArrayFromImage(reader.Execute())
    except RuntimeError as error:
        raise damaged_metaimage(path) from error
    return array.reshape(shape), affine


def read_metaimage_header(path):
    """Reads the header of a MetaImage volume.

    Args:
        path: a `.mha` file.

    Returns:
        `(shape, affine)` of what `read_metaimage` would return.

    Raises:
        UserError: the header cannot be read, or is not that of a volume.
    """
    _, shape, affine, _ = _open(path)
    return shape, affine


def encode_metaimage(labels, affine, like=None, compressed=True):
    """Encodes a label map as the bytes of a MetaImage file.

    Args:
        labels: uint8 `(depth, height, width)`.
        affine: `(4, 4)` from (x, y, z) to RAS+ mm, used if `like` is None.
        like: a `.mha` file whose origin, spacing and direction are kept.
        compressed: whether to compress the voxels.

    Returns:
        The content of the file, the same bytes for the same arguments.

    Raises:
        UserError: `like` cannot be read.
    """
    if like is None:
        matrix = _LPS_TO_RAS @ affine
        spacing = np.linalg.norm(matrix[:3, :3], axis=0)
        origin, direction = matrix[:3, 3], matrix[:3, :3] / spacing
    else:
        reader = _open(like)[0]
        origin, spacing = reader.GetOrigin()[:3], reader.GetSpacing()[:3]
        direction = _direction(reader)
    return encode_image(labels, origin, spacing, direction, compressed)


def encode_image(
    array, origin=(0, 0, 0), spacing=(1, 1, 1), direction=None, compressed=True
):
    """Encodes a volume as the bytes of a MetaImage file.

    Args:
        array: uint8 or int16 `(depth, height, width)`.
        origin: of the first voxel, (x, y, z) in LPS+ mm.
        spacing: of the voxels along (x, y, z) in mm.
        direction: `(3, 3)` from the axes of the volume to LPS+; identity by default.
        compressed: whether to compress the voxels.

    Returns:
        The content of the file, the same bytes for the same arguments.
    """
    # Not by ITK, which writes into files only and may crash where the disk is full.
    voxels = array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
    if compressed:
        voxels = zlib.compress(voxels)
    direction = np.eye(3) if direction is None else np.asarray(direction)
    fields = {
        "ObjectType": "Image",
        "NDims": "3",
        "BinaryData": "True",
        "BinaryDataByteOrderMSB": "False",
        "CompressedData": str(compressed),
        **({"CompressedDataSize": str(len(voxels))} if compressed else {}),
        "TransformMatrix": _numbers(direction.T.ravel()),
        "Offset": _numbers(origin),
        "CenterOfRotation": "0 0 0",
        "ElementSpacing": _numbers(spacing),
        "DimSize": " ".join(map(str, array.shape[::-1])),
        "ElementType": _ELEMENTS[array.dtype.newbyteorder("=").name],
        "ElementDataFile": "LOCAL",
    }
    header = "".join(f"{name} = {value}\n" for name, value in fields.items())
    return header.encode() + voxels


def _numbers(values):
    """Returns numbers as text from which the very same ones are read."""
    return " ".join(f"{float(value):.17g}" for value in values)


def _open(path):
    """Returns `(reader, shape, affine, header)`; the reader has read the header."""
    require_readable(path)
    header = read_header(path)  # ITK crashes at some that are damaged
    reader = SimpleITK.ImageFileReader()
    reader.SetImageIO("MetaImageIO")
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
    except RuntimeError as error:
        raise damaged_metaimage(path) from error
    kind = SimpleITK.GetPixelIDValueAsString(reader.GetPixelID())
    if reader.GetNumberOfComponents() != 1 or "complex" in kind:
        raise UserError(path, "one number per voxel", f"voxels of {kind}", COPY_AGAIN)
    affine, axes = np.eye(4), min(reader.GetDimension(), 3)
    affine[:axes, :axes] = _direction(reader) * reader.GetSpacing()[:3]
    affine[:axes, 3] = reader.GetOrigin()[:3]
    affine = _LPS_TO_RAS @ affine
    return reader, checked_shape(path, reader.GetSize(), affine), affine, header


def _check_voxels(path, reader, header):
    """Refuses a file whose voxels are incomplete; ITK ignores the errors of zlib."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    voxels = memoryview(content)[header.size :]
    size = len(voxels)
    one = SimpleITK.Image((1, 1, 1), reader.GetPixelID())
    expected = int(np.prod(reader.GetSize())) * one.GetSizeOfPixelComponent()
    if header.is_compressed:
        stream = zlib.decompressobj()
        try:
            # A byte more than there should be: no more is held.
            size = len(stream.decompress(voxels, expected + 1))
        except zlib.error as error:
            raise damaged_metaimage(path) from error
        if not stream.eof or stream.unused_data:
            raise damaged_metaimage(path)
    if size != expected:
        raise damaged_metaimage(path)


def _direction(reader):
    """Returns the direction `(3, 3)` of the first three axes."""
    axes = reader.GetDimension()
    return np.reshape(reader.GetDirection(), (axes, axes))[:3, :3]
