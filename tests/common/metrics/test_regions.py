"""Regions as sets of labels, for releases with and without label 3."""

import numpy as np
import pytest

from common.metrics.regions import CAVITY, LABELS, REGIONS, check_labels, region_masks


def test_regions_are_nested():
    whole, core, enhancing = (set(REGIONS[name]) for name in ("wt", "tc", "et"))
    assert enhancing < core < whole == set(LABELS) - {0, *CAVITY["rc"]}


@pytest.mark.parametrize("present", [(0, 1, 2, 3, 4), (0, 1, 2, 4)])
def test_masks_equal_a_loop_over_voxels(present):
    labels = np.random.default_rng(0).choice(present, (3, 4, 5)).astype(np.uint8)
    masks = region_masks(labels)
    assert list(masks) == ["wt", "tc", "et"]
    for index in np.ndindex(labels.shape):
        inside = {name for name, mask in masks.items() if mask[index]}
        expected = {
            0: set(),
            1: {"wt", "tc"},
            2: {"wt"},
            3: {"wt", "tc"},
            4: {"wt", "tc", "et"},
        }
        assert inside == expected[labels[index]]


def test_other_regions_can_be_named():
    labels = np.array([0, 1, 2, 3, 4])
    masks = region_masks(labels, {"edema": (2,), "solid": (3, 4)})
    assert masks["edema"].tolist() == [False, False, True, False, False]
    assert masks["solid"].tolist() == [False, False, False, True, True]


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.int64, bool])
def test_labels_of_any_integer_type_become_bytes(kind):
    labels = check_labels(np.array([0, 1, 1], kind), "truth")
    assert labels.dtype == np.uint8 and labels.tolist() == [0, 1, 1]
    assert check_labels(np.zeros((0, 2), kind), "truth").shape == (0, 2)


@pytest.mark.parametrize(
    "labels, received",
    [
        (np.array([0, 6]), "type int64, values from 0 to 6"),
        (np.array([-1, 4], np.int16), "type int16, values from -1 to 4"),
        (np.array([0.0, 1.0]), "type float64, values from 0.0 to 1.0"),
    ],
)
def test_other_labels_are_refused(labels, received):
    with pytest.raises(ValueError, match=f"labels 0 to 5 in `truth`.*{received}"):
        check_labels(labels, "truth")
