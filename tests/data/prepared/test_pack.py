"""Cropping to the foreground box and counting, against loops over voxels."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from data.prepared.pack import pack_volume

SHAPE = (5, 6, 7)
AFFINE = np.diag([1.0, 1, 1, 1]) + np.eye(4, k=3)


def pair(first, second=None, labels=None):
    images = {"t1": first, "t2": first if second is None else second}
    return pack_volume(images, labels, AFFINE)


def volume(dtype=np.int16):
    image = np.zeros(SHAPE, dtype)
    image[1:4, 2, 3] = (5, 6, 7)
    return image


sparse = array_shapes(min_dims=3, max_dims=3, max_side=6).flatmap(
    lambda shape: st.tuples(
        arrays(np.int16, shape, elements=st.integers(-2, 5), fill=st.just(0)),
        arrays(np.int16, shape, elements=st.integers(-2, 5), fill=st.just(0)),
        st.integers(0, 99),
    )
)


@settings(deadline=None)
@given(sparse)
def test_box_counts_and_statistics_equal_slow_loops(case):
    first, second, seed = case
    if not first.any() or not second.any():
        with pytest.raises(ValueError, match="is 0 everywhere"):
            pair(first, second)
        return
    brain = [
        index
        for index in product(*map(range, first.shape))
        if first[index] != 0 or second[index] != 0
    ]
    start = tuple(min(index[axis] for index in brain) for axis in range(3))
    stop = tuple(max(index[axis] for index in brain) + 1 for axis in range(3))
    box = tuple(map(slice, start, stop))
    labels = np.zeros(first.shape, np.uint8)
    random = np.random.default_rng(seed)
    labels[box] = random.integers(0, 5, labels[box].shape)
    info, stored = pair(first, second, labels)

    assert (info.shape, info.start) == (first.shape, start)
    assert info.size == tuple(b - a for a, b in zip(start, stop, strict=True))
    assert info.modalities == ("t1", "t2")
    np.testing.assert_array_equal(info.affine, AFFINE)
    np.testing.assert_array_equal(stored["images"][..., 0], first[box])
    np.testing.assert_array_equal(stored["images"][..., 1], second[box])
    np.testing.assert_array_equal(stored["labels"], labels[box])
    assert stored["brain"].sum() == len(brain)
    for index in brain:
        assert stored["brain"][tuple(np.subtract(index, start))] == 1

    counts = np.zeros((len(first), 6), int)
    for index in product(*map(range, first.shape)):
        inside = index in brain
        counts[index[0], 0] += inside
        if labels[index] or inside:
            counts[index[0], 1 + labels[index]] += 1
    np.testing.assert_array_equal(info.slices, counts)
    assert info.slices.dtype == np.int32

    for channel, image in enumerate((first, second)):
        every = [float(value) for value in image[box].flat]
        own = [value for value in every if value]
        for name, values in (("box", every), ("nonzero", own)):
            mean, std = (numbers[channel] for numbers in info.statistics[name])
            expected = sum(values) / len(values)
            deviation = sum((v - expected) ** 2 for v in values) / len(values)
            assert mean == pytest.approx(expected, rel=1e-12, abs=1e-12)
            assert std == pytest.approx(deviation**0.5, rel=1e-9, abs=1e-9)


def test_statistics_are_exact_where_one_pass_is_not():
    """A large mean and a small deviation: the sum of squares would lose it."""
    image = np.full((40, 40, 40), 30000, np.int16)
    image[::2] += 1
    info, _ = pair(image)
    mean, std = info.statistics["nonzero"]
    assert mean.dtype == std.dtype == np.float64
    assert mean.tolist() == [30000.5, 30000.5]
    assert std.tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("dtype", "value", "stored"),
    [
        (np.uint8, 200, np.int16),
        (np.float32, 900, np.int16),
        (np.float64, -32768, np.int16),
        (np.uint16, 32768, np.float32),
        (np.float32, 0.5, np.float32),
        (np.int32, 1 << 20, np.float32),
    ],
)
def test_int16_where_nothing_is_lost(dtype, value, stored):
    other = volume(dtype)
    other[0, 0, 0] = value
    _, arrays = pair(volume(), other)
    assert arrays["images"].dtype == stored
    assert arrays["images"][0, 0, 0].tolist() == [0, value]
    assert arrays["brain"].dtype == np.uint8


def test_unlabeled():
    info, arrays = pair(volume())
    assert set(arrays) == {"images", "brain"}
    assert info.slices[:, 0].tolist() == [0, 1, 1, 1, 0]
    assert not info.slices[:, 1:].any()


def label_at(*index, shape=SHAPE):
    labels = np.zeros(shape, np.uint8)
    labels[index] = 1
    return labels


@pytest.mark.parametrize(
    ("second", "labels", "message"),
    [
        (volume()[1:], None, "of one shape"),
        (np.where(volume() == 6, np.nan, volume()), None, "NaN/Inf in t2"),
        (np.where(volume() == 6, np.inf, volume()), None, "NaN/Inf in t2"),
        (np.zeros(SHAPE), None, "t2 is 0 everywhere"),
        (volume(), label_at(1, 2, 3, shape=(5, 6, 8)), "the images' shape"),
        (volume(), label_at(0, 2, 3), "1 of 1 labeled voxels outside"),
    ],
)
def test_what_does_not_fit_is_refused(second, labels, message):
    with pytest.raises(ValueError, match=message):
        pair(volume(), second, labels)
