"""The index of slices, against whole grids."""

import itertools

import pytest

from common.errors import UserError
from data.batches.slice_index import SliceIndex
from data.prepared.volume_cache import VolumeCache
from tests.data.prepared.small_cases import write_cases

SHAPE = (16, 24, 20)


IDS = ("case0", "case1", "case2")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return write_cases(tmp_path_factory.mktemp("slices"), 3, SHAPE)


@pytest.fixture(scope="module")
def index(prepared):
    return SliceIndex.of(prepared[0], IDS)


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
