"""Resampling of volumes to another number of voxels in the same box."""

import numpy as np
import SimpleITK as sitk


def resample(volume, shape):
    """Resamples a volume linearly, without smoothing it first.

    The outer faces of both grids coincide, so that the centers of the voxels move with
    their size; beyond the outermost centers the value stays constant.

    Args:
        volume: `(depth, height, width)` or `(depth, height, width, channels)`.
        shape: `(depth, height, width)` of the result.

    Returns:
        A float32 array `(*shape)` or `(*shape, channels)`.
    """
    return _resample(np.asarray(volume, np.float32), shape, sitk.sitkLinear)


def resample_labels(labels, shape):
    """Resamples labels by nearest neighbor.

    Args:
        labels: `(depth, height, width)`, integer.
        shape: `(depth, height, width)` of the result.

    Returns:
        An array `shape` of the same type.
    """
    return _resample(labels, shape, sitk.sitkNearestNeighbor)


def _resample(volume, shape, interpolator):
    old, new = np.array(volume.shape[:3]), np.array(shape)
    if (old == new).all():
        return volume
    # SimpleITK counts x, y, z. A new voxel is as wide as old / new old ones.
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
    # A vector of one channel comes back without the axis of channels.
    return sitk.GetArrayFromImage(resampled).reshape(*shape, *volume.shape[3:])
