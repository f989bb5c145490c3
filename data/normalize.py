"""Intensity normalization of slices and volumes, and resampling of slices."""

import math

import numpy as np


def min_max(image):
    """Scales an image to [0, 1] by its own minimum and maximum.

    Args:
        image: numeric array of any shape; a constant one becomes zero.

    Returns:
        A float32 array of the same shape.
    """
    image = image.astype(np.float32)
    low, high = image.min(), image.max()
    return (image - low) / max(high - low, np.finfo(np.float32).tiny)


def brain_zscore(images, info):
    """Standardizes each modality over its own nonzero voxels; zeros stay 0.

    This is the default normalization of all readers.

    Args:
        images: stored intensities `(…, channels)`.
        info: the case's `data.prepared.volume_info.VolumeInfo`.

    Returns:
        A float32 array of the same shape.
    """
    return standardize(images, *info.statistics["nonzero"])


def standardize(images, mean, std):
    """Gives each modality zero mean and unit deviation; background stays 0.

    With the `"nonzero"` statistics of a prepared volume this is the z-score over the
    voxels of the brain; with `mean_statistics` it is that over a training set.

    Args:
        images: raw intensities `(…, columns, channels)`, 0 in the background.
        mean: `(channels,)`.
        std: `(channels,)`; a constant modality (0) becomes zero.

    Returns:
        A float32 array of the same shape.
    """
    scores = standardize_all(images, mean, std)
    scores *= images != 0
    return scores


def standardize_all(images, mean, std):
    """Gives each modality zero mean and unit deviation, background included.

    Arguments and result are those of `standardize`.
    """
    images = np.asarray(images)
    # Along whole rows of voxels: NumPy is many times slower if its inner loop covers
    # only a few channels.
    *leading, columns, channels = images.shape
    mean, std = (np.tile(np.float32(x), columns) for x in (mean, std))
    rows = images.reshape(math.prod(leading), columns * channels)
    scores = np.subtract(rows, mean, dtype=np.float32, casting="unsafe")
    scores /= np.where(std > 0, std, np.float32(1))
    return scores.reshape(images.shape)


def standardize_to_unit(images, mean, std, bound=5.0):
    """Standardizes, clips at `bound` deviations and scales to [0, 1].

    Args:
        images: raw intensities `(…, channels)`, 0 in the background.
        mean: `(channels,)`.
        std: `(channels,)`.
        bound: number of deviations below and above the mean that become 0 and 1.

    Returns:
        A float32 array of the same shape; background is 0.
    """
    clipped = np.clip(standardize_all(images, mean, std), -bound, bound)
    scaled = (clipped + np.float32(bound)) / np.float32(2 * bound)
    return np.where(images != 0, scaled, np.float32(0))


def standardize_over_noise(images, mean, std, generator):
    """Standardizes and fills the background with noise of N(0, 1).

    Args:
        images: raw intensities `(…, channels)`, 0 in the background and outside
            of the grid.
        mean: `(channels,)`.
        std: `(channels,)`.
        generator: NumPy generator of the noise (`data.order.generator`).

    Returns:
        A float32 array of the same shape.
    """
    noise = generator.standard_normal(images.shape, np.float32)
    return np.where(images != 0, standardize_all(images, mean, std), noise)


def mean_statistics(infos, name="box"):
    """Averages the statistics of the cases of a training set.

    Args:
        infos: the `data.prepared.volume_info.VolumeInfo` of each case.
        name: which statistics: `"box"` or `"nonzero"`.

    Returns:
        `(mean, std)`, float64 of shape `(channels,)` each: the unweighted averages
        of the cases' means and of their deviations.

    Raises:
        ValueError: there is no case.
    """
    statistics = [info.statistics[name] for info in infos]
    if not statistics:
        raise ValueError("Expected at least one case. Received: none")
    mean, std = np.mean(statistics, axis=0)
    return mean, std


def resize_area(image, size):
    """Resamples a slice by exact area averaging (no aliasing, no new extremes).

    Args:
        image: `(height, width)`.
        size: height and width of the result in pixels.

    Returns:
        A float32 array `(size, size)`.
    """
    height, width = image.shape
    rows, columns = area_weights(height, size), area_weights(width, size)
    return (rows @ image.astype(np.float32) @ columns.T).astype(np.float32)


def area_weights(old, new):
    """Returns the float32 matrix `(new, old)` that averages `old` cells into `new`.

    Row i holds, for each input cell, the share of output cell i that it covers; each
    row sums to 1.
    """
    edges = np.linspace(0, old, new + 1)
    left, right = edges[:-1, None], edges[1:, None]
    cells = np.arange(old)[None, :]
    overlap = np.minimum(right, cells + 1) - np.maximum(left, cells)
    return (np.clip(overlap, 0, None) / (right - left)).astype(np.float32)
