"""Files of several volumes on one grid, such as all modalities of a case."""

from data.volume.files import digest_of
from data.volume.geometry import Geometry
from data.volume.nifti import read_nifti_channels, read_nifti_channels_header

SUFFIXES = (".nii.gz", ".nii")


def read_channels(path):
    """Reads all volumes of a file, which is decoded once; nothing is reoriented.

    Args:
        path: a `.nii` or `.nii.gz` file of four axes.

    Returns:
        `(array, geometry)`: the array `(channels, depth, height, width)` in the type
        of the file, and the `Geometry` of each volume.

    Raises:
        UserError: the file cannot be read, is damaged, or does not hold volumes.
    """
    array, affine = read_nifti_channels(path)
    return array, Geometry(array.shape[1:], affine)


def read_channels_geometry(path):
    """Reads from the header how many volumes a file holds, and their grid.

    Args:
        path: a `.nii` or `.nii.gz` file of four axes.

    Returns:
        `(channels, geometry)`: a number, and the `Geometry` of each volume.

    Raises:
        UserError: the header cannot be read, or is not that of volumes.
    """
    shape, affine = read_nifti_channels_header(path)
    return shape[0], Geometry(shape[1:], affine)


def digest_channels(path):
    """Returns a hash of all volumes of a file, as `digest_volume` does of one.

    Args:
        path: a `.nii` or `.nii.gz` file of four axes.

    Raises:
        UserError: the file cannot be read at all.
    """
    return digest_of(path, read_channels)
