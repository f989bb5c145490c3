"""Resampling to another number of voxels, against SciPy and loops."""

import numpy as np
import pytest
from scipy import ndimage

from data.order import generator
from data.volume.resampling import resample, resample_labels


@pytest.mark.parametrize("shape", [(12, 12, 12), (5, 30, 17), (11, 13, 40)])
def test_resampling_equals_that_of_scipy(shape):
    volume = generator(0, 1).standard_normal((11, 13, 17), np.float32)
    zoom = np.divide(shape, volume.shape)
    expected = ndimage.zoom(volume, zoom, order=1, grid_mode=True, mode="nearest")
    np.testing.assert_allclose(resample(volume, shape), expected, atol=1e-5)


@pytest.mark.parametrize("channels", [1, 3])
def test_channels_are_resampled_separately(channels):
    volume = generator(0, 2).standard_normal((7, 8, 9, channels), np.float32)
    result = resample(volume, (6, 10, 9))
    assert result.shape == (6, 10, 9, channels) and result.dtype == np.float32
    for i in range(channels):
        expected = resample(volume[..., i], (6, 10, 9))
        np.testing.assert_allclose(result[..., i], expected, atol=1e-6)


@pytest.mark.parametrize("shape", [(12, 12, 12), (5, 31, 16)])
def test_labels_take_the_nearest_voxel(shape):
    labels = generator(0, 3).integers(0, 5, (11, 13, 17)).astype(np.uint8)
    result = resample_labels(labels, shape)
    assert result.dtype == np.uint8
    for place in np.ndindex(shape):
        at = (np.array(place) + 0.5) * labels.shape / shape - 0.5
        if (np.abs(at - np.floor(at) - 0.5) > 1e-6).all():  # no tie
            assert result[place] == labels[tuple(np.rint(at).astype(int))]


def test_linear_ramp_stays_a_ramp():
    """Positions in mm do not change: the centers move with the size of the voxels."""
    ramp = np.arange(10, dtype=np.float32)[:, None, None] * np.ones((10, 4, 4))
    finer = resample(ramp, (20, 4, 4))[1:-1, 0, 0]
    np.testing.assert_allclose(finer, np.arange(0.25, 8.9, 0.5), atol=1e-5)


def test_same_shape_changes_nothing():
    volume = generator(0, 4).standard_normal((4, 5, 6, 2), np.float32)
    np.testing.assert_array_equal(resample(volume, (4, 5, 6)), volume)
