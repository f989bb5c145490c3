"""Which slices are trained on: shares, balance, and no tumor slice is ever lost."""

import numpy as np
import pytest

from data.batches.slice_index import SliceIndex
from data.batches.slice_policies import (
    balanced,
    brain_slices,
    drop_share,
    drop_share_of_free,
    tumor_slices,
)
from tests.data.prepared.small_cases import write_cases

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


def test_dropping_fewer_than_are_empty():
    index = made_up()
    kept = drop_share(index, 0.05, seed=0)
    assert len(kept) == len(index) - 310
    assert kept.brain.sum() == index.brain.sum()


def test_tumor_slices_stay_when_too_many_are_to_be_dropped():
    index, lines = made_up(cases=2, tumor=120), []
    kept = drop_share(index, 0.3, seed=0, say=lines.append)
    assert keys(kept) == keys(tumor_slices(index))
    (text,) = lines
    assert "93 of 310" in text and "only 70" in text


def test_no_message_when_there_are_enough():
    drop_share(made_up(), 0.3, seed=0, say=pytest.fail)
    assert len(drop_share(made_up(), 0.0, seed=0, say=pytest.fail)) == 40 * 155


def test_dropping_a_share_of_the_tumor_free():
    index = made_up()
    kept = drop_share_of_free(index, 0.3, seed=0)
    free = (~index.tumor).sum()
    assert kept.tumor.sum() == index.tumor.sum()
    assert (~kept.tumor).sum() == free - round(0.3 * free)
    assert not kept.brain.all()


def test_balanced_draws_again_in_each_epoch():
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
