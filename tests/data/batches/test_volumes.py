"""Whole volumes: resampling, placement and the way back, against SciPy and loops."""

import itertools

import numpy as np
import pytest
from scipy import ndimage

from data.batches.augment_rule import AugmentationRule
from data.batches.pipeline import batch_stream
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


def cropped(info):
    return Placement.cropped(info, CUBE)


def box_of(images):
    """First and past-the-last voxel where any modality is not zero."""
    found = np.argwhere(images.any(axis=-1))
    return found.min(axis=0), found.max(axis=0) + 1


@pytest.mark.parametrize("shape", [(12, 12, 12), (5, 30, 17), (11, 13, 40)])
def test_resampling_is_that_of_scipy(shape):
    volume = generator(0, 1).standard_normal((11, 13, 17), np.float32)
    zoom = np.divide(shape, volume.shape)
    expected = ndimage.zoom(volume, zoom, order=1, grid_mode=True, mode="nearest")
    np.testing.assert_allclose(resample(volume, shape), expected, atol=1e-5)


@pytest.mark.parametrize("channels", [1, 3])
def test_channels_are_resampled_alone(channels):
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
    """Positions in mm stay what they are: centers move with the voxels' size."""
    ramp = np.arange(10, dtype=np.float32)[:, None, None] * np.ones((10, 4, 4))
    finer = resample(ramp, (20, 4, 4))[1:-1, 0, 0]
    np.testing.assert_allclose(finer, np.arange(0.25, 8.9, 0.5), atol=1e-5)


def test_same_shape_changes_nothing():
    volume = generator(0, 4).standard_normal((4, 5, 6, 2), np.float32)
    np.testing.assert_array_equal(resample(volume, (4, 5, 6)), volume)


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
    """Through a finer cube, nothing is lost; through a coarse one, little."""
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


def test_augmentation_is_the_drawn_one(prepared):
    rule = AugmentationRule(rank=3, scale_deviation=0.25, symmetries=True)
    names = next(volume_batches(IDS, 3, 8))
    plain = VolumeReader(prepared[0], resized)(names)
    changed = VolumeReader(prepared[0], resized, augment=rule, seed=2)(names)
    for i, name in enumerate(names):
        expected = rule.draw(2, name.epoch, name.row).apply(plain[0][i], plain[1][i])
        np.testing.assert_array_equal(changed[0][i], expected[0])
        np.testing.assert_array_equal(changed[1][i], expected[1])


def test_batches_visit_each_case_once_an_epoch():
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
