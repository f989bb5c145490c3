"""Volumes on another number of voxels; both grids cover the same box."""

import numpy as np
import SimpleITK as sitk


def resample(volume, shape):
    """Resamples a volume linearly, without smoothing it before.

    The outer faces of both grids are the same, so that a voxel's center moves
    with its size; beyond the outermost centers the value stays the same.

    Args:
        volume: `(depth, height, width)` or `(depth, height, width, channels)`.
        shape: `(depth, height, width)` of the result.

    Returns:
        A float32 array.
    """
    return _resample(np.asarray(volume, np.float32), shape, sitk.sitkLinear)


def resample_labels(labels, shape):
    """Resamples labels by the nearest voxel.

    Args:
        labels: `(depth, height, width)`, integer.
        shape: `(depth, height, width)` of the result.

    Returns:
        An array of the same type.
    """
    return _resample(labels, shape, sitk.sitkNearestNeighbor)


def _resample(volume, shape, interpolator):
    old, new = np.array(volume.shape[:3]), np.array(shape)
    if (old == new).all():
        return volume
    # SimpleITK counts x, y, z. A voxel of the new grid is old/new old ones wide.
    spacing = (old / new)[::-1]
    image = sitk.GetImageFromArray(volume, isVector=volume.ndim == 4)
    resampled = sitk.Resample(
        image,
        new[::-1].tolist(),
        sitk.Transform(),
        interpolator,
        ((spacing - 1) / 2).tolist(),
        spacing.tolist(),
    )
    # A vector of one channel comes back without its axis.
    return sitk.GetArrayFromImage(resampled).reshape(*shape, *volume.shape[3:])
