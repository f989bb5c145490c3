"""Whole volumes as examples, against SciPy and loops."""

import itertools

import numpy as np
import pytest
from scipy import ndimage

from data.batches.augment_rule import AugmentationRule
from data.batches.pipeline import batch_stream
from data.batches.placement import Placement
from data.batches.volumes import VolumeReader, volume_batches
from data.volume.resampling import resample_labels
from tests.data.prepared.small_cases import normalized, write_cases

SHAPE = (16, 24, 20)
CUBE = (12, 12, 12)
IDS = ("case0", "case1", "case2")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return write_cases(tmp_path_factory.mktemp("volumes"), 3, SHAPE)


def resized(info):
    return Placement.resized(info, CUBE)


def cropped(info):
    return Placement.cropped(info, CUBE)


def box_of(images):
    """The first voxel of the foreground box, and the first one past it."""
    found = np.argwhere(images.any(axis=-1))
    return found.min(axis=0), found.max(axis=0) + 1


def test_resized_volume_is_the_foreground_box(prepared):
    cache, grids = prepared
    for case_id in IDS:
        images, labels = grids[case_id]
        start, stop = box_of(images)
        box = tuple(map(slice, start, stop))
        reader = VolumeReader(cache, resized)
        (image,), (label,) = reader([next_name(case_id)])
        options = {"zoom": np.divide(CUBE, stop - start), "grid_mode": True}
        for channel in range(4):
            expected = ndimage.zoom(
                normalized(images)[box][..., channel],
                order=1,
                mode="nearest",
                **options,
            )
            np.testing.assert_allclose(image[..., channel], expected, atol=1e-4)
        np.testing.assert_array_equal(label, resample_labels(labels[box], CUBE))
        assert image.dtype == np.float32 and label.dtype == np.uint8


def test_augmentation_is_what_was_drawn(prepared):
    rule = AugmentationRule(rank=3, scale_deviation=0.25, symmetries=True)
    names = next(volume_batches(IDS, 3, 8))
    plain = VolumeReader(prepared[0], resized)(names)
    changed = VolumeReader(prepared[0], resized, augment=rule, seed=2)(names)
    for i, name in enumerate(names):
        expected = rule.draw(2, name.epoch, name.row).apply(plain[0][i], plain[1][i])
        np.testing.assert_array_equal(changed[0][i], expected[0])
        np.testing.assert_array_equal(changed[1][i], expected[1])


def test_batches_visit_each_case_once_per_epoch():
    steps = list(itertools.islice(volume_batches(IDS, 1, 4), 9))
    for epoch in range(3):
        names = [name for (name,) in steps[3 * epoch : 3 * epoch + 3]]
        assert {name.epoch for name in names} == {epoch}
        assert {name.case_id for name in names} == set(IDS)
    assert list(itertools.islice(volume_batches(IDS, 1, 4, 5), 4)) == steps[5:]


def test_through_the_pipeline(prepared):
    reader = VolumeReader(prepared[0], resized)
    stream = batch_stream(
        volume_batches(IDS, 2, 4, 1), reader, [(2, *CUBE, 4), (2, *CUBE)]
    )
    expected = reader(next(volume_batches(IDS, 2, 4, 1)))
    for received, read in zip(next(iter(stream)), expected, strict=True):
        np.testing.assert_array_equal(received, read)


def next_name(case_id):
    return next(volume_batches((case_id,), 1, 0))[0]
