"""What is known about a prepared volume without reading its voxels."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class VolumeInfo:
    """Where the foreground box of a prepared volume lies, and its statistics.

    Args:
        shape: `(depth, height, width)` of the whole grid in voxels.
        start: first voxel of the foreground box in the whole grid.
        size: `(depth, height, width)` of the box in voxels.
        affine: `(4, 4)` float64, from voxel indices (x, y, z) of the whole grid to
            RAS+ mm.
        modalities: names of the image's channels.
        statistics: `(mean, std)` of the stored intensities of each channel,
            float64 of shape `(channels,)` each: `"nonzero"` over the channel's
            own voxels that are not 0, `"box"` over all voxels of the box.
        slices: int32 `(depth, 6)`: for each axial slice of the whole grid the
            number of brain voxels, then the number of voxels of each of the labels 0
            to 4 (label 0 counts inside the brain only); the last five are 0 if the
            case has no labels.
        dropped: labeled voxels outside of the box, which were left out.
    """

    shape: tuple[int, int, int]
    start: tuple[int, int, int]
    size: tuple[int, int, int]
    affine: np.ndarray
    modalities: tuple[str, ...]
    statistics: dict[str, tuple[np.ndarray, np.ndarray]]
    slices: np.ndarray
    dropped: int = 0
