"""Components against a slow search voxel by voxel, and against the original code."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from common.inference.components import (
    close,
    keep_inside,
    keep_larger,
    keep_two_largest,
)

STEPS = [s for s in itertools.product((-1, 0, 1), repeat=3) if 0 < sum(map(abs, s)) < 3]


def components(mask):
    """Returns all components as sets of voxels, by flooding, in index order."""
    left, found = set(zip(*np.nonzero(mask), strict=True)), []
    for seed in sorted(left):
        if seed not in left:
            continue
        left.discard(seed)
        part, border = {seed}, [seed]
        while border:
            here = border.pop()
            for step in STEPS:
                there = tuple(a + b for a, b in zip(here, step, strict=True))
                if there in left:
                    left.discard(there)
                    part.add(there)
                    border.append(there)
        found.append(part)
    return found


def union(parts, shape):
    mask = np.zeros(shape, bool)
    for part in parts:
        mask[tuple(np.transpose(sorted(part)))] = True
    return mask


MASKS = arrays(bool, (4, 5, 6), elements=st.sampled_from([False, False, False, True]))


@settings(deadline=None, max_examples=60)
@given(MASKS, st.integers(0, 8))
def test_keep_larger(mask, size):
    parts = components(mask)
    kept = [p for p in parts if len(p) > size] or sorted(parts, key=len)[-1:]
    if parts and len(max(parts, key=len)) <= size:  # the first of the largest
        kept = [max(parts, key=len)]
    np.testing.assert_array_equal(keep_larger(mask, size), union(kept, mask.shape))


@settings(deadline=None, max_examples=60)
@given(MASKS, st.sampled_from([1.0, 2.0, 10.0]))
def test_keep_two_largest(mask, ratio):
    parts = sorted(components(mask), key=len, reverse=True)  # stable: index order
    kept = parts[:1]
    if len(parts) > 1 and len(parts[1]) * ratio > len(parts[0]):
        kept = parts[:2]
    received = keep_two_largest(mask, ratio)
    np.testing.assert_array_equal(received, union(kept, mask.shape))


@settings(deadline=None, max_examples=60)
@given(MASKS, MASKS, st.sampled_from([0.0, 0.5, 1.0]))
def test_keep_inside(mask, region, share):
    inside = {tuple(v) for v in np.argwhere(region).tolist()}
    parts = components(mask)
    kept = [p for p in parts if len(p & inside) / len(p) >= share]
    received = keep_inside(mask, region, share)
    np.testing.assert_array_equal(received, union(kept, mask.shape))


@pytest.mark.parametrize(
    "keep",
    [
        lambda mask: keep_larger(mask, 3),
        lambda mask: keep_two_largest(mask, 10),
        lambda mask: keep_inside(mask, ~mask, 0.5),
        close,
    ],
)
def test_an_empty_mask_stays_empty(keep):
    received = keep(np.zeros((3, 4, 5), bool))
    assert received.dtype == bool and received.shape == (3, 4, 5) and not received.any()


def test_a_corner_does_not_connect():
    mask = np.zeros((4, 4, 4), bool)
    mask[0, 0, :2] = mask[1, 1, 2:] = True
    assert keep_larger(mask, 2).sum() == 2  # of two equal ones, the first
    mask[0, 1, 2] = True  # shares an edge or a face with both
    assert keep_larger(mask, 2).sum() == 5


def test_closing_fills_gaps_and_recedes_from_the_faces():
    mask = np.zeros((7, 7, 7), bool)
    mask[2:5, 2:5, 2:5] = True
    whole = mask.copy()
    mask[3, 3, 3] = False
    np.testing.assert_array_equal(close(mask), whole)
    assert close(np.ones((5, 5, 5), bool)).sum() == 27


@pytest.fixture(scope="module")
def recorded(shared_data):
    return np.load(shared_data / "oracle_aniso" / "data_process_cases.npz")


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "source", "function"),
    [
        ("cc/two", "cc/in", lambda mask: keep_two_largest(mask, 10)),
        ("cc/thr100", "cc/in", lambda mask: keep_larger(mask, 100)),
        ("close/out", "close/in", close),
    ],
)
def test_equals_the_original(recorded, name, source, function):
    received = function(recorded[source] > 0)
    np.testing.assert_array_equal(received, recorded[name] > 0)


@pytest.mark.real
def test_one_component_is_kept_whatever_its_size(recorded):
    single = recorded["cc/thr2000_single"] > 0
    assert single.any() and len(components(single)) == 1
    np.testing.assert_array_equal(keep_larger(single, 2000), single)


@pytest.mark.real
def test_inside_equals_the_original(recorded):
    mask, region = recorded["cc/in"] > 0, recorded["ext/main"] > 0
    received = keep_inside(mask, region, 0.5)
    np.testing.assert_array_equal(received, recorded["ext/out"] > 0)
