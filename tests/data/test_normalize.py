"""Normalization and resampling by area, against plain loops."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from data.normalize import (
    area_weights,
    brain_zscore,
    mean_statistics,
    min_max,
    resize_area,
    standardize,
    standardize_all,
    standardize_over_noise,
    standardize_to_unit,
)
from data.order import generator
from data.prepared.pack import pack_volume
from tests.data.prepared.small_cases import MODALITIES, normalized, whole_grid
from tests.rounding import sum_room

relaxed = settings(deadline=None)
sides = st.integers(1, 9)
ROOM = sum_room(9 + 9)  # of weighted means over both axes
images = st.tuples(sides, sides).flatmap(
    lambda shape: arrays(np.float32, shape, elements=st.floats(0, 1, width=32))
)


def overlaps(old, new, i):
    """The old cells under new cell `i` with their exact shares, which sum to 1."""
    left, right = Fraction(old * i, new), Fraction(old * (i + 1), new)
    shares = {}
    for cell in range(old):
        covered = min(right, cell + 1) - max(left, cell)
        if covered > 0:
            shares[cell] = covered / (right - left)
    return shares


def slow_resize(image, size):
    """Each new pixel is the mean of the image over the area it covers."""
    height, width = image.shape
    result = np.zeros((size, size))
    for i in range(size):
        for j in range(size):
            for row, vertical in overlaps(height, size, i).items():
                for column, horizontal in overlaps(width, size, j).items():
                    share = float(vertical * horizontal)
                    result[i, j] += share * float(image[row, column])
    return result


@relaxed
@given(images, sides)
def test_resize_equals_the_slow_loop(image, size):
    result = resize_area(image, size)
    assert result.shape == (size, size)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, slow_resize(image, size), atol=ROOM)


@relaxed
@given(images, sides)
def test_resize_keeps_the_mean_and_makes_no_new_extremes(image, size):
    result = resize_area(image, size)
    assert result.mean() == pytest.approx(image.mean(), abs=sum_room(81 + 18))
    assert result.min() >= image.min() - ROOM
    assert result.max() <= image.max() + ROOM


@pytest.mark.parametrize("factor", [1, 2, 4, 8])
def test_integer_factor_is_the_mean_of_blocks(factor):
    image = np.random.default_rng(0).integers(0, 4096, (32, 32)).astype(np.int16)
    size = 32 // factor
    blocks = image.reshape(size, factor, size, factor).mean(axis=(1, 3))
    np.testing.assert_array_equal(resize_area(image, size), blocks)


def test_enlarging_by_an_integer_repeats_pixels():
    image = np.float32([[1, 2], [3, 4]])
    expected = image.repeat(3, axis=0).repeat(3, axis=1)
    np.testing.assert_allclose(resize_area(image, 6), expected, rtol=1e-6)


def test_half_a_mask_is_half():
    #   X X . .        1   0
    #   X . . .   →    .75 0     in its upper half
    mask = np.zeros((4, 4), np.uint8)
    mask[0, :2] = mask[1, 0] = 1
    assert resize_area(mask, 2)[0].tolist() == [0.75, 0]


@pytest.mark.parametrize(("old", "new"), [(512, 128), (512, 100), (256, 512), (7, 3)])
def test_weights_of_a_cell_sum_to_one(old, new):
    weights = area_weights(old, new)
    assert weights.shape == (new, old)
    assert (weights >= 0).all()
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(weights.sum(axis=0), new / old, rtol=1e-4)


eighths = st.integers(-1000, 1000).map(lambda value: value / 8)
raw_images = arrays(np.float32, (3, 4), elements=eighths) | st.sampled_from(
    [np.int16, np.uint16, np.uint8]
).flatmap(lambda dtype: arrays(dtype, (3, 4)))


@relaxed
@given(raw_images)
def test_min_max_spans_zero_to_one_in_the_old_order(image):
    result = min_max(image)
    assert result.dtype == np.float32
    assert result.shape == image.shape
    if image.min() == image.max():
        assert not result.any()
        return
    assert (result.min(), result.max()) == (0, 1)
    order = np.argsort(image, axis=None, kind="stable")
    assert (np.diff(result.ravel()[order]) >= 0).all()


def test_min_max_by_hand():
    image = np.int16([[-100, 0], [100, 300]])
    assert min_max(image).tolist() == [[0, 0.25], [0.5, 1]]


def brain(seed, dtype=np.int16):
    """A volume `(4, 5, 6, 2)` of two modalities, zero in half of its voxels."""
    random = np.random.default_rng(seed)
    image = random.integers(1, 2000, (4, 5, 6, 2)) * random.integers(0, 2, (4, 5, 6, 2))
    return image.astype(dtype)


def info_of(image):
    by_name = {"t1": image[..., 0], "t2": image[..., 1]}
    return pack_volume(by_name, None, np.eye(4))[0]


def slow_z_score(image, rule):
    """Voxel by voxel in Python's floats: `rule(z)`, and None in the background."""
    result = np.empty(image.shape, object)
    for channel in range(image.shape[-1]):
        values = [float(value) for value in image[..., channel].flat if value != 0]
        mean = sum(values) / len(values)
        std = (sum((v - mean) ** 2 for v in values) / len(values)) ** 0.5
        for index in np.ndindex(image.shape[:-1]):
            value = float(image[*index, channel])
            result[*index, channel] = rule((value - mean) / std) if value else None
    return result


@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_z_score_over_the_brain(dtype):
    image = brain(0, dtype)
    result = standardize(image, *info_of(image).statistics["nonzero"])
    expected = slow_z_score(image, float)
    expected[image == 0] = 0
    np.testing.assert_allclose(result, expected.astype(float), atol=1e-6)
    assert result.dtype == np.float32
    for channel in range(2):
        own = result[..., channel][image[..., channel] != 0]
        assert own.mean() == pytest.approx(0, abs=1e-5)
        assert own.std() == pytest.approx(1, abs=1e-5)


def test_clipped_to_the_unit_interval():
    image = brain(1)
    image[0, 0, 0] = 30000  # far beyond five deviations
    result = standardize_to_unit(image, *info_of(image).statistics["nonzero"])
    expected = slow_z_score(image, lambda z: (min(max(z, -5), 5) + 5) / 10)
    expected[image == 0] = 0
    np.testing.assert_allclose(result, expected.astype(float), atol=1e-6)
    assert result.dtype == np.float32
    assert result[0, 0, 0].tolist() == [1, 1]
    tight = standardize_to_unit(image, (0, 0), (1, 1), bound=0.5)
    assert set(tight.ravel()) == {0, 1}


def test_noise_in_the_background_only():
    image = brain(2)
    statistics = info_of(image).statistics["nonzero"]
    result = standardize_over_noise(image, *statistics, generator(7, 1, 2))
    again = standardize_over_noise(image, *statistics, generator(7, 1, 2))
    other = standardize_over_noise(image, *statistics, generator(7, 1, 3))
    background = image == 0
    np.testing.assert_array_equal(result, again)
    assert (result[background] != other[background]).all()
    np.testing.assert_array_equal(
        result[~background], standardize(image, *statistics)[~background]
    )
    empty = np.zeros((40, 40, 40, 2), np.int16)
    noise = standardize_over_noise(empty, *statistics, generator(0))
    assert noise.dtype == np.float32
    assert noise.mean() == pytest.approx(0, abs=0.01)
    assert noise.std() == pytest.approx(1, abs=0.01)


def test_training_set_statistics_are_means_over_the_cases():
    images = [brain(seed)[: 2 + seed] for seed in range(3)]
    boxes = [image[image.any(axis=(1, 2, 3))] for image in images]
    mean, std = mean_statistics(map(info_of, images))
    for channel in range(2):
        of_cases = [box[..., channel].astype(float) for box in boxes]
        expected = (
            sum(x.mean() for x in of_cases) / 3,
            sum(x.std() for x in of_cases) / 3,
        )
        assert (mean[channel], std[channel]) == pytest.approx(expected, rel=1e-12)
    whole = standardize_all(boxes[0], mean, std)
    np.testing.assert_allclose(whole, (boxes[0] - mean) / std, atol=1e-6)
    assert whole.dtype == np.float32
    own = mean_statistics([info_of(images[0])], "nonzero")
    np.testing.assert_array_equal(own, info_of(images[0]).statistics["nonzero"])
    with pytest.raises(ValueError, match="at least one case"):
        mean_statistics([])


def test_constant_modality_becomes_zero():
    image = np.full((2, 2, 2, 1), 7, np.int16)
    assert not standardize(image, (7.0,), (0.0,)).any()
    assert not standardize_all(image, (7.0,), (0.0,)).any()


@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_brain_zscore_is_standardize_with_the_nonzero_statistics(dtype):
    images, _ = whole_grid(3, (9, 12, 11))
    by_name = {name: images[..., i] for i, name in enumerate(MODALITIES)}
    info, _ = pack_volume(by_name, None, np.eye(4))
    images = images.astype(dtype)
    scores = brain_zscore(images, info)
    assert scores.dtype == np.float32
    expected = scores
    np.testing.assert_allclose(scores, normalized(images), atol=1e-5)
    # Any part of it, and windows that lie apart in memory.
    np.testing.assert_array_equal(brain_zscore(images[4], info), expected[4])
    window = (slice(2, 7), slice(1, 9), slice(3, 8))
    np.testing.assert_array_equal(brain_zscore(images[window], info), expected[window])
    for empty in (images[:0], images[:, :0], images[:, :, :0]):
        assert brain_zscore(empty, info).shape == empty.shape


def test_brain_zscore_of_a_constant_modality_is_zero():
    image = generator(0, 1).integers(1, 9, (4, 5, 6))
    by_name = {"flair": image, "t1": np.where(image > 4, 7, 0)}
    info, arrays = pack_volume(by_name, None, np.eye(4))
    scores = brain_zscore(arrays["images"], info)
    assert np.isfinite(scores).all() and not scores[..., 1].any()
