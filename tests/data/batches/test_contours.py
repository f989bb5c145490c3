"""Bands along contours, against morphology pixel by pixel."""

import numpy as np
import pytest
from scipy import ndimage

from data.batches.contours import contour_band, label_borders


def disk(radius):
    reach = int(radius)
    y, x = np.indices((2 * reach + 1,) * 2) - reach
    return y**2 + x**2 <= radius**2


def blobs(seed):
    random = np.random.default_rng(seed)
    mask = ndimage.gaussian_filter(random.random((50, 70)), 3) > 0.5
    mask[:10] = mask[-10:] = mask[:, :10] = mask[:, -10:] = False
    return mask


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("width", [2, 5.33, 10])
def test_band_is_dilation_without_erosion(seed, width):
    mask = blobs(seed)
    grown = ndimage.binary_dilation(mask, disk(width / 2))
    shrunk = ndimage.binary_erosion(mask, disk(width / 2))
    band = contour_band(mask, width)
    assert band.any()
    np.testing.assert_array_equal(band, grown & ~shrunk)


def test_border_of_the_image_is_no_contour():
    mask = np.zeros((20, 20), bool)
    mask[:, :8] = True
    expected = np.zeros_like(mask)
    expected[:, 6:10] = True
    np.testing.assert_array_equal(contour_band(mask, 4), expected)


@pytest.mark.parametrize("value", [False, True])
def test_no_contour_of_nothing_or_all(value):
    assert not contour_band(np.full((9, 9), value), 4).any()


def test_borders_between_labels():
    labels = np.array([[0, 0, 0, 0], [0, 1, 1, 2], [0, 1, 1, 2]], np.uint8)
    expected = np.array([[0, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]], bool)
    np.testing.assert_array_equal(label_borders(labels, 0), expected)


def test_borders_are_widened_by_a_disk():
    labels = blobs(3).astype(np.uint8)
    labels[20:30, 30:40] = 2
    border = np.zeros(labels.shape, bool)
    for y, x in np.ndindex(*labels.shape):
        near = [(y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)]
        border[y, x] = any(
            labels[n] != labels[y, x]
            for n in near
            if 0 <= n[0] < labels.shape[0] and 0 <= n[1] < labels.shape[1]
        )
    expected = ndimage.binary_dilation(border, disk(2))
    np.testing.assert_array_equal(label_borders(labels, 2), expected)
    assert not label_borders(np.ones((5, 5), int), 2).any()
