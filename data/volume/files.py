"""Volumes of NIfTI and MetaImage files: arrays with their place in space."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from common.errors import UserError
from common.files import atomic_path
from data.volume.metaimage import (
    encode_metaimage,
    read_metaimage,
    read_metaimage_header,
)
from data.volume.nifti import encode_nifti, read_nifti, read_nifti_header

_NIFTI = (".nii", ".nii.gz")
_METAIMAGE = (".mha",)


@dataclass(frozen=True, eq=False)
class Geometry:
    """The grid of a volume and its place in space.

    Args:
        shape: `(depth, height, width)` in voxels.
        affine: `(4, 4)` float64 matrix from voxel indices (x, y, z), which are
            (width, height, depth), to RAS+ mm, as in nibabel.
    """

    shape: tuple[int, int, int]
    affine: np.ndarray

    @property
    def spacing(self):
        """Size of a voxel `(depth, height, width)` in mm."""
        return tuple(np.linalg.norm(self.affine[:3, :3], axis=0)[::-1].tolist())

    def rounded_axes(self):
        """Returns directions times spacing, rows of the affine, to be shown."""
        return np.round(self.affine[:3, :3], 3).tolist()

    def matches(self, other):
        """Tells whether another geometry is the same, the affine within 1e-3."""
        return self.shape == other.shape and np.allclose(
            self.affine, other.affine, rtol=0, atol=1e-3
        )

    def same_axes(self, other):
        """Tells whether directions and spacing are the same, within 1e-3 mm."""
        return np.allclose(self.affine[:3, :3], other.affine[:3, :3], rtol=0, atol=1e-3)


def read_volume(path):
    """Reads a volume in its own index order; nothing is reoriented.

    Args:
        path: a `.nii`, `.nii.gz` or `.mha` file of three axes; more axes are
            accepted where their length is 1.

    Returns:
        `(array, geometry)`: the array `(depth, height, width)`, C-contiguous,
        with the file's own type (float32 where the file says that its integers
        are to be scaled), and its `Geometry`.

    Raises:
        UserError: the file cannot be read, is damaged (what its format has
            checksums for is checked), or is no such volume.
    """
    read = read_metaimage if _is_metaimage(path) else read_nifti
    array, affine = read(path)
    return array, Geometry(array.shape, affine)


def read_geometry(path):
    """Reads the `Geometry` of a volume from its header only.

    Raises:
        UserError: the header cannot be read, or is of no volume.
    """
    read = read_metaimage_header if _is_metaimage(path) else read_nifti_header
    return Geometry(*read(path))


def write_labels(path, labels, like):
    """Writes a label map into the space of an image, atomically.

    Affine, qform and sform codes and units are the image's; where the two files
    are of different formats, the affine is. Values are stored as uint8 and never
    scaled; equal arguments give equal bytes.

    Args:
        path: `.nii`, `.nii.gz` or `.mha` file to write.
        labels: integers in 0 to 255, `(depth, height, width)`.
        like: path of the image.

    Raises:
        UserError: `like` cannot be read, or `path` cannot be written.
        ValueError: the shapes differ, or `labels` does not hold such integers.
    """
    labels = np.asarray(labels)
    geometry = read_geometry(like)
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
    content = encode(
        labels,
        geometry.affine,
        like=like if same_format else None,
        compressed=not str(path).lower().endswith(".nii"),
    )
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


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
        "convert it to NIfTI, or name it as what it is",
    )
