"""Reading and writing of volumes in NIfTI and MetaImage files."""

from pathlib import Path

import numpy as np

from common.errors import UserError
from common.files import atomic_path, digest, sha256
from data.digests import digest_values
from data.volume.geometry import Geometry
from data.volume.metaimage import (
    encode_metaimage,
    read_metaimage,
    read_metaimage_header,
)
from data.volume.nifti import (
    encode_nifti,
    read_nifti,
    read_nifti_grid,
    read_nifti_header,
)

_NIFTI = (".nii", ".nii.gz")
_METAIMAGE = (".mha",)


def read_volume(path):
    """Reads a volume in the order of its file; nothing is reoriented.

    Args:
        path: a `.nii`, `.nii.gz` or `.mha` file of three axes; further axes are
            accepted if their length is 1.

    Returns:
        `(array, geometry)`: the array `(depth, height, width)`, C-contiguous,
        in the type of the file (float32 if the file asks for its integers to be
        scaled), and its `Geometry`.

    Raises:
        UserError: the file cannot be read, is damaged (checksums of the format are
            verified), or is not such a volume.
    """
    read = read_metaimage if _is_metaimage(path) else read_nifti
    array, affine = read(path)
    return array, Geometry(array.shape, affine)


def digest_volume(path):
    """Returns a hash of the voxels of a volume and of their place in space.

    It is the same for every type, format and compression that holds these values. The
    affine counts to the next 1/65536 mm, which hides how a header stores it. A file
    that cannot be read as a volume has the hash of its bytes.

    Args:
        path: a `.nii`, `.nii.gz` or `.mha` file.

    Raises:
        UserError: the file cannot be read at all.
    """
    return digest_of(path, read_volume)


def digest_of(path, read):
    """Returns a hash of what is read from a file of volumes, as `digest_volume` does.

    Args:
        path: the file.
        read: function from the path to its array and `Geometry`.

    Raises:
        UserError: the file cannot be read at all.
    """
    try:
        array, geometry = read(path)
    except UserError:
        return digest(["bytes", sha256(path)])
    place = np.rint(geometry.affine * 2**16).astype(np.int64).tolist()
    return digest([digest_values(array), place])


def read_geometry(path):
    """Reads the `Geometry` of a volume from its header only.

    Args:
        path: a `.nii`, `.nii.gz` or `.mha` file.

    Raises:
        UserError: the header cannot be read, or is not that of a volume.
    """
    read = read_metaimage_header if _is_metaimage(path) else read_nifti_header
    return Geometry(*read(path))


def write_labels(path, labels, like):
    """Writes a label map into the space of an image, atomically.

    Affine, qform and sform codes and units are those of the image; if the two files
    have different formats, only the affine is. Values are stored as uint8 and never
    scaled; equal arguments give equal bytes.

    Args:
        path: `.nii`, `.nii.gz` or `.mha` file to write.
        labels: integers from 0 to 255, `(depth, height, width)`.
        like: path of the image, or of a file of several.

    Raises:
        UserError: `like` cannot be read, or `path` cannot be written.
        ValueError: the shapes differ, or `labels` does not hold such integers.
    """
    content = encode_labels(path, labels, like)
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


def encode_labels(path, labels, like):
    """Returns what `write_labels` writes, as bytes.

    Arguments and errors are those of `write_labels`; `path` only names the format.
    """
    labels = np.asarray(labels)
    geometry = _grid_of(like)
    if labels.shape != geometry.shape:
        raise ValueError(
            f"Expected labels of the image's shape {geometry.shape}. "
            f"Received: labels.shape={labels.shape}"
        )
    if labels.dtype.kind not in "iub" or labels.min() < 0 or labels.max() > 255:
        raise ValueError(
            "Expected integer labels from 0 to 255. Received: "
            f"{labels.dtype} from {labels.min()} to {labels.max()}"
        )
    labels = labels.astype(np.uint8)
    same_format = _is_metaimage(path) == _is_metaimage(like)
    encode = encode_metaimage if _is_metaimage(path) else encode_nifti
    return encode(
        labels,
        geometry.affine,
        like=like if same_format else None,
        compressed=not str(path).lower().endswith(".nii"),
    )


def _grid_of(path):
    read = read_metaimage_header if _is_metaimage(path) else read_nifti_grid
    return Geometry(*read(path))


def _is_metaimage(path):
    name = Path(path).name.lower()
    if name.endswith(_METAIMAGE):
        return True
    if name.endswith(_NIFTI):
        return False
    raise UserError(
        path,
        f"a file that ends in {', '.join(_NIFTI + _METAIMAGE)}",
        name,
        "convert it to NIfTI, or give it the suffix of its format",
    )
