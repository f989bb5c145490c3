"""Components and growth against SciPy and against sets of voxels."""

import numpy as np
import pytest
from hypothesis import given, settings
from scipy import ndimage

from common.metrics.lesions.components import (
    components,
    dilate,
    measure_parts,
    overlaps,
)
from tests.common.metrics.lesions import slow
from tests.common.metrics.masks import drawn, pairs


@settings(deadline=None, max_examples=60)
@given(pairs())
def test_components_are_the_parts_that_hang_together(masks):
    labels = components(masks[0])
    expected = slow.parts(slow.voxels(masks[0]), masks[0].shape)
    found = [slow.voxels(labels == n) for n in range(1, labels.max() + 1)]
    assert sorted(map(sorted, found)) == sorted(map(sorted, expected))
    assert not labels[~masks[0]].any()


def test_corners_join():
    assert components(drawn("X..", ".X.", "..X")).max() == 1
    assert components(drawn("X..", "...", "..X")).max() == 2


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_growth_is_scipys(steps):
    mask = np.random.default_rng(steps).random((9, 14, 11)) > 0.99
    mask[0, 0, 0] = True
    shape = ndimage.generate_binary_structure(3, 2)
    expected = mask
    if steps:
        expected = ndimage.binary_dilation(mask, shape, iterations=steps)
    np.testing.assert_array_equal(dilate(mask, steps), expected)


def test_overlaps_are_counted_by_pairs():
    pairs, voxels = overlaps(np.array([0, 1, 1, 2, 2]), np.array([3, 3, 3, 1, 0]))
    assert pairs.tolist() == [[1, 3], [2, 1]] and voxels.tolist() == [2, 1]


def test_many_numbers_are_counted_as_few_are():
    random = np.random.default_rng(0)
    first, second = random.integers(0, 60, (2, 50))
    expected = {}
    for pair in zip(first.tolist(), second.tolist(), strict=True):
        if all(pair):
            expected[pair] = expected.get(pair, 0) + 1
    for times in (1, 100):  # sorted, and counted
        pairs, voxels = overlaps(np.tile(first, times), np.tile(second, times))
        found = dict(zip(map(tuple, pairs.tolist()), voxels.tolist(), strict=True))
        assert found == {pair: n * times for pair, n in sorted(expected.items())}


def test_parts_are_measured():
    labels = components(drawn("XX..", "....", "....", "...X"))
    voxels, centers = measure_parts(labels)
    assert voxels.tolist() == [0, 2, 1]
    assert centers.tolist() == [[0, 0, 0.5], [3, 0, 3]]
    voxels, centers = measure_parts(np.zeros((2, 2, 2), np.int32))
    assert voxels.tolist() == [0] and centers.shape == (0, 3)
