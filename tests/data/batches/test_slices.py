"""Batches of slices, against whole grids."""

import itertools
from functools import partial

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from data.batches.augment import Augmentation
from data.batches.augment_rule import AugmentationRule
from data.batches.pipeline import batch_stream
from data.batches.placement import Placement
from data.batches.slice_index import SliceIndex
from data.batches.slice_name import SliceName
from data.batches.slice_policies import (
    balanced,
)
from data.batches.slices import SliceReader, slice_batches
from data.batches.volumes import VolumeReader
from tests.data.prepared.small_cases import normalized, write_cases

SHAPE = (16, 24, 20)
IDS = ("case0", "case1", "case2")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return write_cases(tmp_path_factory.mktemp("slices"), 3, SHAPE)


@pytest.fixture(scope="module")
def index(prepared):
    return SliceIndex.of(prepared[0], IDS)


@pytest.mark.parametrize("policy", [None, partial(balanced, seed=9)])
def test_any_step_can_be_drawn_without_those_before_it(index, policy):
    def steps(first, count):
        stream = slice_batches(index, 5, 9, first, policy)
        return list(itertools.islice(stream, count))

    assert steps(23, 4) == steps(0, 27)[23:]


def test_epoch_visits_slices_once(index):
    steps = list(itertools.islice(slice_batches(index, 6, 1), 16))
    for epoch in range(2):
        names = [name for step in steps for name in step if name.epoch == epoch]
        assert len({(n.case_id, n.z) for n in names}) == len(index) == len(names)
        assert {name.row for name in names} == set(range(len(index)))


def test_slices_are_those_of_the_grid(prepared, index):
    cache, grids = prepared
    reader = SliceReader(cache)
    for names in itertools.islice(slice_batches(index, 6, 1), 8):
        images, labels = reader(names)
        assert images.shape == (6, 24, 20, 4) and images.dtype == np.float32
        assert labels.dtype == np.uint8
        for name, image, label in zip(names, images, labels, strict=True):
            raw, truth = grids[name.case_id]
            np.testing.assert_allclose(image, normalized(raw)[name.z], atol=1e-5)
            np.testing.assert_array_equal(label, truth[name.z])


def test_case_without_labels_can_be_predicted(tmp_path):
    cache, grids = write_cases(tmp_path, 1, SHAPE, labeled=False)
    images = SliceReader(cache).read_images("case0")
    np.testing.assert_allclose(images, normalized(grids["case0"][0]), atol=1e-5)
    assert not SliceIndex.of(cache, ["case0"]).tumor.any()
    reader = VolumeReader(cache, lambda info: Placement.resized(info, (12, 12, 12)))
    assert reader.read_image("case0").shape == (12, 12, 12, 4)


def test_other_normalization(prepared, index):
    cache, grids = prepared
    names = next(slice_batches(index, 6, 1))
    images, _ = SliceReader(cache, lambda raw, info: raw.astype(np.float32))(names)
    for name, image in zip(names, images, strict=True):
        np.testing.assert_array_equal(image, grids[name.case_id][0][name.z])


def test_augmentation_is_what_was_drawn(prepared, index):
    cache, _ = prepared
    rule = AugmentationRule(rank=2, flip=(0.5, 0.5), largest_angle=15)
    names = next(slice_batches(index, 6, 1))
    plain = SliceReader(cache)(names)
    changed = SliceReader(cache, augment=rule, seed=4)(names)
    for i, name in enumerate(names):
        drawn = rule.draw(4, name.epoch, name.row)
        expected = drawn.apply(plain[0][i], plain[1][i])
        np.testing.assert_array_equal(changed[0][i], expected[0])
        np.testing.assert_array_equal(changed[1][i], expected[1])


def test_augmentation_is_replayed_from_its_log(prepared, index, tmp_path):
    cache, _ = prepared
    rule = AugmentationRule(rank=2, flip=(0.5, 0.5), largest_angle=15)
    names = next(slice_batches(index, 6, 1, first_step=9))
    pd.DataFrame(rule.rows(4, names)).to_csv(tmp_path / "log.csv", index=False)
    log = pd.read_csv(tmp_path / "log.csv", dtype=str, keep_default_na=False)
    images, labels = SliceReader(cache, augment=rule, seed=4)(names)
    for i, row in enumerate(log.to_dict("records")):
        name = SliceName(row["case_id"], int(row["z"]), -1, -1)
        drawn = Augmentation.from_row(row)
        image, label = drawn.apply(*SliceReader(cache).read(name))
        np.testing.assert_array_equal(image, images[i])
        np.testing.assert_array_equal(label, labels[i])


def test_through_the_pipeline(prepared, index):
    shapes = [(4, 24, 20, 4), (4, 24, 20)]
    read = SliceReader(prepared[0])
    stream = batch_stream(slice_batches(index, 4, 0, 3), read, shapes)
    images, labels = next(iter(stream))
    expected = read(next(slice_batches(index, 4, 0, 3)))
    assert labels.dtype == tf.float32
    np.testing.assert_array_equal(images, expected[0])
    np.testing.assert_array_equal(labels, expected[1])
