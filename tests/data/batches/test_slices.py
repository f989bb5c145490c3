"""Slices: the index, the policies, and what is read, against whole grids."""

import itertools
from functools import partial

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from common.errors import UserError
from data.batches.augment import Augmentation
from data.batches.augment_rule import AugmentationRule
from data.batches.pipeline import batch_stream
from data.batches.placement import Placement
from data.batches.slice_index import SliceIndex
from data.batches.slice_policies import (
    balanced,
    brain_slices,
    drop_share,
    drop_share_of_free,
    tumor_slices,
)
from data.batches.slices import SliceName, SliceReader, slice_batches
from data.batches.volumes import VolumeReader
from data.prepared.volume_cache import VolumeCache
from tests.data.prepared.small_cases import normalized, write_cases

SHAPE = (16, 24, 20)
IDS = ("case0", "case1", "case2")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return write_cases(tmp_path_factory.mktemp("slices"), 3, SHAPE)


@pytest.fixture(scope="module")
def index(prepared):
    return SliceIndex.of(prepared[0], IDS)


def made_up(cases=40, depth=155, tumor=61, brain=138):
    """An index with as many slices of each kind as real cases have."""
    counts = np.zeros((cases, depth, 6), int)
    counts[:, 5 : 5 + brain, :2] = 9000
    counts[:, 20 : 20 + tumor, 3] = 100
    case, z = np.divmod(np.arange(cases * depth), depth)
    ids = tuple(map(str, range(cases)))
    return SliceIndex(ids, case, z, counts.reshape(-1, 6))


def keys(index):
    return set(zip(index.case.tolist(), index.z.tolist(), strict=True))


def test_index_counts_every_slice(prepared, index):
    assert len(index) == 3 * SHAPE[0]
    for row, (number, z) in enumerate(itertools.product(range(3), range(SHAPE[0]))):
        images, labels = prepared[1][IDS[number]]
        assert (index.case[row], index.z[row]) == (number, z)
        brain = (images[z] != 0).any(axis=-1)
        assert index.counts[row, 0] == brain.sum()
        assert index.brain[row] == brain.any()
        assert index.tumor[row] == (labels[z] > 0).any()
        assert all(index.counts[row, 1 + i] == (labels[z] == i).sum() for i in (1, 4))
    assert 0 < index.tumor.sum() < index.brain.sum() < len(index)


def test_no_image_is_read_for_the_index(prepared, monkeypatch):
    monkeypatch.delattr(VolumeCache, "window")
    assert len(SliceIndex.of(prepared[0], IDS)) == 48


def test_slices_of_two_sizes(prepared, tmp_path):
    other, _ = write_cases(tmp_path, 1, (16, 24, 24))
    path = prepared[0].path("other")
    path.write_bytes(other.path("case0").read_bytes())
    with pytest.raises(UserError, match=r"other: expected slices of \(24, 20\)"):
        SliceIndex.of(prepared[0], ("case0", "other"))


def test_tumor_and_brain_slices(index):
    assert tumor_slices(index).tumor.all()
    assert len(tumor_slices(index)) == index.tumor.sum()
    assert len(brain_slices(index)) == (index.counts[:, 0] > 0).sum()
    assert keys(tumor_slices(index)) <= keys(brain_slices(index)) < keys(index)


def test_dropping_a_share_of_all_drops_the_empty_ones_first():
    index = made_up()
    kept = drop_share(index, 0.3, seed=0)
    assert len(kept) == len(index) - round(0.3 * len(index))
    assert kept.tumor.sum() == index.tumor.sum() == 40 * 61
    assert kept.brain.all()  # 17 of 155 are empty, 11 %
    assert keys(drop_share(index, 0.3, seed=0)) == keys(kept)
    assert keys(drop_share(index, 0.3, seed=1)) != keys(kept)
    assert keys(kept) < keys(index)
    assert (np.diff(kept.case * 155 + kept.z) > 0).all()


def test_fewer_are_to_go_than_are_empty():
    index = made_up()
    kept = drop_share(index, 0.05, seed=0)
    assert len(kept) == len(index) - 310
    assert kept.brain.sum() == index.brain.sum()


def test_tumor_slices_stay_when_too_many_are_to_go():
    index, said = made_up(cases=2, tumor=120), []
    kept = drop_share(index, 0.3, seed=0, say=said.append)
    assert keys(kept) == keys(tumor_slices(index))
    (text,) = said
    assert "93 of 310" in text and "only 70" in text


def test_nothing_is_said_when_there_are_enough():
    drop_share(made_up(), 0.3, seed=0, say=pytest.fail)
    assert len(drop_share(made_up(), 0.0, seed=0, say=pytest.fail)) == 40 * 155


def test_dropping_a_share_of_the_free():
    index = made_up()
    kept = drop_share_of_free(index, 0.3, seed=0)
    free = (~index.tumor).sum()
    assert kept.tumor.sum() == index.tumor.sum()
    assert (~kept.tumor).sum() == free - round(0.3 * free)
    assert not kept.brain.all()


def test_balanced_draws_anew_in_each_epoch():
    index = made_up(cases=3)
    epochs = [balanced(index, seed=5, epoch=epoch) for epoch in range(60)]
    for part in epochs:
        assert part.tumor.sum() == index.tumor.sum() == (~part.tumor).sum()
    assert keys(epochs[0]) == keys(balanced(index, seed=5, epoch=0))
    assert keys(epochs[0]) != keys(epochs[1])
    assert set.union(*map(keys, epochs)) == keys(index)


def test_balanced_with_few_tumor_free_slices():
    index = made_up(cases=1, tumor=120)
    assert len(balanced(index, seed=0, epoch=3)) == 155


@pytest.mark.parametrize("policy", [None, partial(balanced, seed=9)])
def test_any_step_without_those_before(index, policy):
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


def test_augmentation_is_the_drawn_one(prepared, index):
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
