"""The default normalization of every reader: z-scores of the brain, 0 around it."""

import math

import numpy as np


def brain_zscore(raw, info):
    """Scales each modality by the mean and deviation of its own non-zero voxels.

    The same as `data.normalize.standardize` with the `"nonzero"` statistics, but
    many times faster: NumPy's loop runs along whole rows of voxels, not over the
    few channels of one voxel.

    Args:
        raw: stored intensities `(…, columns, channels)`.
        info: the case's `data.volume_info.VolumeInfo`.

    Returns:
        A float32 array of the same shape; background stays 0.
    """
    *leading, columns, channels = raw.shape
    rows = raw.reshape(math.prod(leading), columns * channels)
    mean, std = (np.tile(np.float32(x), columns) for x in info.statistics["nonzero"])
    scores = rows - mean
    scores *= rows != 0  # before the division, which may be by next to nothing
    scores /= np.maximum(std, np.finfo(np.float32).tiny)
    return scores.reshape(raw.shape)
