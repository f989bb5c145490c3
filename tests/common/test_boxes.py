"""Boxes and overhanging windows, against loops and against the original code."""

import numpy as np
import pytest

from common.boxes import box_around, box_inside, read_window, write_window

SHAPE = (5, 6, 7)
STARTS = [(0, 0, 0), (-2, 1, 5), (4, -3, -1), (-9, 0, 0), (5, 6, 7), (-1, -1, -1)]


@pytest.fixture
def volume():
    return np.random.default_rng(0).random((*SHAPE, 2))


@pytest.mark.parametrize("margin", [0, 1, 9])
def test_box(margin):
    mask = np.zeros(SHAPE, bool)
    mask[1, 2, 3] = mask[3, 2, 6] = True
    slices = box_around(mask, margin)
    low = np.maximum(np.array([1, 2, 3]) - margin, 0)
    high = np.minimum(np.array([3, 2, 6]) + margin + 1, SHAPE)
    assert slices == tuple(map(slice, low.tolist(), high.tolist()))


def test_an_empty_mask_has_no_box():
    assert box_around(np.zeros(SHAPE, bool), 3) is None


def test_box_inside_a_box(volume):
    outer = (slice(1, 5), slice(2, 6), slice(0, 7))
    inner = (slice(1, 3), slice(0, 2), slice(4, 5))
    both = box_inside(outer, inner)
    np.testing.assert_array_equal(volume[both], volume[outer][inner])


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("size", [(3, 3, 3), (9, 2, 12)])
def test_window(volume, start, size):
    window = np.full((*size, 2), -1.0)
    read_window(volume, start, window)
    target = np.full_like(volume, -2.0)
    write_window(target, start, window)
    for index in np.ndindex(*size):
        there = tuple(a + b for a, b in zip(start, index, strict=True))
        inside = all(0 <= a < n for a, n in zip(there, SHAPE, strict=True))
        expected = volume[there] if inside else [-1, -1]
        np.testing.assert_array_equal(window[index], expected)
    touched = (target != -2).all(-1)
    np.testing.assert_array_equal(target[touched], volume[touched])
    assert touched.sum() == (window != -1).all(-1).sum()


@pytest.fixture(scope="module")
def recorded(shared_data):
    return np.load(shared_data / "oracle_aniso" / "data_process_cases.npz")


@pytest.mark.real
@pytest.mark.parametrize("margin", [0, 5])
def test_box_equals_the_original(recorded, margin):
    low, high = recorded[f"bbox/margin{margin}"]
    received = box_around(recorded["cc/in"] > 0, margin)
    assert received == tuple(map(slice, low.tolist(), (high + 1).tolist()))


@pytest.mark.real
@pytest.mark.parametrize("number", range(5))
def test_window_equals_the_original(recorded, number):
    center, size = recorded[f"roi/{number}/args"]
    volume = recorded["roi/in"]
    start = (center - size // 2).tolist()
    window = np.zeros(size)
    read_window(volume, start, window)
    np.testing.assert_array_equal(window, recorded[f"roi/{number}/out"])
    if (center >= volume.shape).any():
        # Here the original writes nothing, although a part lies inside. Its cascade
        # never has a center outside.
        assert not recorded[f"set/{number}/out"].any()
        return
    target = np.zeros(volume.shape)
    write_window(target, start, recorded[f"set/{number}/sub"])
    np.testing.assert_array_equal(target, recorded[f"set/{number}/out"])
