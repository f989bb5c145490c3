"""Regions that patches are cut from, against searches of whole grids."""

import numpy as np
import pytest

from data.batches.regions import (
    corners_of,
    foreground_region,
    label_region,
    modality_region,
)
from tests.data.prepared.small_cases import write_cases

SHAPE = (16, 24, 20)


IDS = ("case0", "case1", "case2")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return write_cases(tmp_path_factory.mktemp("patches"), 3, SHAPE)


def test_label_region_by_brute_force(prepared):
    cache, grids = prepared
    for case_id in IDS:
        within = foreground_region(cache, case_id)
        region = label_region((1, 4), 5, high_margin=4)(cache, case_id)
        found = np.argwhere(np.isin(grids[case_id][1], (1, 4)))
        # The rule of the original code: max + 5 is the first voxel outside.
        assert region[0] == tuple(np.maximum(found.min(0) - 5, within[0]))
        assert region[1] == tuple(np.minimum(found.max(0) + 5, within[1]))


def test_modality_region_by_brute_force(prepared):
    cache, grids = prepared
    for case_id in IDS:
        found = np.argwhere(grids[case_id][0][..., 2])
        start, stop = modality_region(2, 3)(cache, case_id)
        assert start == tuple(np.maximum(found.min(0) - 3, 0))
        assert stop == tuple(np.minimum(found.max(0) + 4, SHAPE))


def test_case_without_the_labels_keeps_the_whole_region(prepared):
    cache, _ = prepared
    outer = modality_region(0, 2)
    region = label_region((9,), 5, within=outer)(cache, "case0")
    assert region == outer(cache, "case0")


def test_box_of_a_mask():
    mask = np.zeros((4, 5, 6), bool)
    assert corners_of(mask) is None
    mask[1, 2:4, 3] = mask[2, 4, 5] = True
    assert corners_of(mask) == ((1, 2, 3), (3, 5, 6))
