"""Placement of an input in the whole grid: there and back, against loops."""

import numpy as np
import pytest

from data.batches.placement import Placement
from data.batches.volumes import VolumeReader, volume_batches
from data.order import generator
from data.volume.resampling import resample, resample_labels
from tests.data.prepared.small_cases import normalized, write_cases

SHAPE = (16, 24, 20)


CUBE = (12, 12, 12)


IDS = ("case0", "case1", "case2")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return write_cases(tmp_path_factory.mktemp("volumes"), 3, SHAPE)


def resized(info):
    return Placement.resized(info, CUBE)


def box_of(images):
    """The first voxel of the foreground box, and the first one past it."""
    found = np.argwhere(images.any(axis=-1))
    return found.min(axis=0), found.max(axis=0) + 1


@pytest.mark.parametrize("center", ["foreground", "grid"])
@pytest.mark.parametrize("shape", [(12, 12, 12), (20, 20, 30)])
def test_cropped_volume_by_brute_force(prepared, center, shape):
    cache, grids = prepared
    for case_id in IDS:
        images, labels = grids[case_id]
        start, stop = box_of(images) if center == "foreground" else ((0, 0, 0), SHAPE)
        first = np.add(start, (np.subtract(stop, start) - shape) // 2)
        padded = np.pad(normalized(images), [(40, 40)] * 3 + [(0, 0)])
        window = tuple(map(slice, first + 40, first + 40 + shape))
        reader = VolumeReader(cache, lambda i: Placement.cropped(i, shape, center))
        (image,), (label,) = reader([next_name(case_id)])
        np.testing.assert_allclose(image, padded[window], atol=1e-5)
        np.testing.assert_array_equal(label, np.pad(labels, 40)[window])
        # Back in the grid, all that the window saw is where it was.
        back = reader.placement(case_id).restore_labels(label)
        inside = tuple(map(slice, np.maximum(first, 0), first + shape))
        expected = np.zeros_like(labels)
        expected[inside] = labels[inside]
        np.testing.assert_array_equal(back, expected)


def test_labels_come_back_to_where_they_were(prepared):
    """Through a finer cube nothing is lost; a coarse one fills the same box."""
    cache, grids = prepared
    for case_id in IDS:
        labels, info = grids[case_id][1], cache.info(case_id)
        start, stop = box_of(grids[case_id][0])
        box = tuple(map(slice, start, stop))
        fine = Placement.resized(info, tuple(3 * n for n in info.size))
        there = resample_labels(labels[box], fine.shape)
        np.testing.assert_array_equal(fine.restore_labels(there), labels)
        whole = resized(info).restore_labels(np.ones(CUBE, np.uint8))
        expected = np.zeros(SHAPE)
        expected[box] = 1
        np.testing.assert_array_equal(whole, expected)


def test_probabilities_come_back_linearly(prepared):
    info = prepared[0].info("case0")
    probability = generator(0, 5).random((*CUBE, 3), np.float32)
    back = resized(info).restore(probability)
    assert back.shape == (*SHAPE, 3)
    box = tuple(slice(a, a + n) for a, n in zip(info.start, info.size, strict=True))
    np.testing.assert_array_equal(back[box], resample(probability, info.size))
    assert not np.delete(back, np.arange(*box[0].indices(16)), axis=0).any()


def test_no_such_center(prepared):
    with pytest.raises(ValueError, match="center='middle'"):
        Placement.cropped(prepared[0].info("case0"), CUBE, "middle")


def next_name(case_id):
    return next(volume_batches((case_id,), 1, 0))[0]
