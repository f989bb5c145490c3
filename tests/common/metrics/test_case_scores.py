"""The row of one case against slow formulas, the rules for empty regions, and MedPy."""

import math

import nibabel
import numpy as np
import pytest

from common.metrics.case_scores import score_case
from common.metrics.conventions import CONVENTIONS
from common.metrics.empty_rule import BRATS_DIAGONAL
from common.metrics.regions import REGIONS
from common.metrics.surface import surface_distances
from tests.common.metrics.masks import ball, slow_border, slow_distances

SHAPE = (12, 20, 22)
SPACING = (2.0, 1.0, 0.9)
NAN = math.nan


def tumor(center, shape=SHAPE):
    """Returns nested balls: edema, non-enhancing and enhancing tumor, and necrosis."""
    labels = np.zeros(shape, np.uint8)
    for label, radius in ((2, 7), (3, 5), (4, 4), (1, 2)):
        labels[ball(shape, center, radius, SPACING)] = label
    return labels


@pytest.fixture(scope="module")
def case():
    prediction, truth = tumor((11, 8, 9)), tumor((9, 10, 9))
    prediction[0, :3, :3] = 4  # stray voxels, in a slice without tumor
    return prediction, truth


def by_hand(prediction, truth, values):
    """Scores one region voxel by voxel over the whole volume."""
    predicted, true = np.isin(prediction, values), np.isin(truth, values)
    tp = fp = fn = tn = wrong = right = 0
    for index in np.ndindex(truth.shape):
        p, t = predicted[index], true[index]
        tp, fp, fn, tn = tp + (p & t), fp + (p & ~t), fn + (t & ~p), tn + (not p | t)
        if truth[index[0]].any() and not t:
            wrong, right = wrong + p, right + (not p)
    points, others = slow_border(predicted), slow_border(true)
    there = slow_distances(points, others, SPACING)
    back = slow_distances(others, points, SPACING)
    return {
        **dict(tp=tp, fp=fp, fn=fn, tn=tn),
        "dice": 2 * tp / (2 * tp + fp + fn),
        "iou": tp / (tp + fp + fn),
        "precision": tp / (tp + fp),
        "sensitivity": tp / (tp + fn),
        "specificity": tn / (tn + fp),
        "specificity_slices": right / (right + wrong),
        "hd": max(there.max(), back.max()),
        "hd95": max(np.percentile(there, 95), np.percentile(back, 95)),
        "asd": (there.mean() + back.mean()) / 2,
        **dict(empty_truth=0, empty_prediction=0, missed=0),
    }


def test_row_equals_slow_formulas(case):
    row = score_case(*case, SPACING)
    assert row.pop("convention") == "border-max/brats"
    expected = {
        f"{region}_{name}": value
        for region, values in REGIONS.items()
        for name, value in by_hand(*case, values).items()
    }
    assert list(row) == list(expected)
    assert row == pytest.approx(expected)
    # The stray voxels count in the volume but not in the slices with tumor.
    assert row["wt_specificity_slices"] != row["wt_specificity"]


def test_rows_contain_plain_numbers(case):
    row = score_case(*case, SPACING)
    assert {type(value) for value in row.values()} == {str, int, float}


@pytest.mark.parametrize("name", CONVENTIONS)
def test_distances_follow_the_rule_of_the_convention(case, name):
    row = score_case(*case, SPACING, convention=name)
    assert row["convention"] == name
    for region, values in REGIONS.items():
        masks = [np.isin(labels, values) for labels in case]
        distances = surface_distances(*masks, SPACING, CONVENTIONS[name].distance)
        assert row[f"{region}_hd95"] == pytest.approx(distances.hausdorff(95))
        assert row[f"{region}_asd"] == pytest.approx(distances.mean())


FAR = BRATS_DIAGONAL
# By rule: (Dice, IoU, precision, sensitivity, HD95) if both are empty, if only the
# truth is, and if only the prediction is.
EMPTY = {
    "brats": [(1, 1, 1, 1, 0), (0, 0, 0, NAN, FAR), (0, 0, NAN, 0, FAR)],
    "one": [(1, 1, 1, 1, NAN), (0, 0, 0, NAN, NAN), (0, 0, NAN, 0, NAN)],
    "nan": [(NAN,) * 5, (0, 0, 0, NAN, NAN), (0, 0, NAN, 0, NAN)],
    "skip": [(NAN,) * 5, (0, 0, 0, 0, NAN), (0, 0, 0, 0, NAN)],
    "zero": [(0, 0, 0, 0, NAN), (0, 0, 0, 0, NAN), (0, 0, 0, 0, NAN)],
}


@pytest.mark.parametrize("distance", ["border-max", "pooled", "area-weighted"])
@pytest.mark.parametrize("rule", EMPTY)
def test_empty_regions_score_by_the_rule(distance, rule):
    edema = np.full(SHAPE, 2, np.uint8)
    enhancing = tumor((9, 10, 9))
    edema[enhancing == 0] = 0
    pairs = [(edema, edema), (enhancing, edema), (edema, enhancing)]
    flags = [(1, 1, 0), (1, 0, 0), (0, 1, 1)]
    for pair, expected, flag in zip(pairs, EMPTY[rule], flags, strict=True):
        row = score_case(*pair, SPACING, convention=f"{distance}/{rule}")
        names = ("dice", "iou", "precision", "sensitivity", "hd95")
        found = [row[f"et_{name}"] for name in names]
        assert found == pytest.approx(expected, nan_ok=True)
        assert row["et_hd"] == pytest.approx(row["et_hd95"], nan_ok=True)
        names = ("empty_truth", "empty_prediction", "missed")
        assert tuple(row[f"et_{name}"] for name in names) == flag
        assert row["wt_hd"] == 0 and row["wt_dice"] == 1


def test_a_structure_is_missed_if_none_of_its_voxels_is_found():
    truth, prediction = np.zeros((2, *SHAPE), np.uint8)
    truth[2, 2, 2], prediction[9, 9, 9] = 4, 4
    row = score_case(prediction, truth, SPACING)
    assert row["et_missed"] == 1 and row["et_empty_prediction"] == 0
    assert row["et_hd"] == pytest.approx(np.linalg.norm(7 * np.array(SPACING)))


def test_volumes_without_any_tumor():
    empty = np.zeros(SHAPE, np.uint8)
    row = score_case(empty, empty, SPACING)
    for region in REGIONS:
        assert row[f"{region}_tn"] == empty.size
        assert row[f"{region}_specificity"] == row[f"{region}_dice"] == 1
        assert math.isnan(
            row[f"{region}_specificity_slices"]
        )  # there are no such slices


def test_other_regions_and_types(case):
    regions = {"edema": (2,)}
    row = score_case(*(x.astype(np.int64) for x in case), SPACING, regions)
    values = by_hand(*case, (2,)).items()
    assert row == pytest.approx(
        {"convention": "border-max/brats"} | {f"edema_{k}": v for k, v in values}
    )


def test_invalid_cases_are_refused(case):
    prediction, truth = case
    with pytest.raises(ValueError, match=r"Received: \(11, 20, 22\) and \(12, 20, 22"):
        score_case(prediction[1:], truth, SPACING)
    with pytest.raises(ValueError, match="same shape .depth, height, width."):
        score_case(prediction[0], truth[0], SPACING[1:])
    with pytest.raises(ValueError, match="labels 0 to 5 in `prediction`"):
        score_case(prediction + 2, truth, SPACING)
    with pytest.raises(ValueError, match="3 positive numbers"):
        score_case(prediction, truth, (1, 1))
    with pytest.raises(ValueError, match="Expected one of the conventions"):
        score_case(prediction, truth, SPACING, convention="hd95")


@pytest.mark.real
def test_real_case_equals_medpy(shared_data):
    binary = pytest.importorskip("medpy.metric.binary", reason="extra [test]")
    [path] = shared_data.glob("brats/full/HGG/*/*_seg.nii.gz")
    truth = np.asarray(nibabel.load(path).dataobj).astype(np.uint8).T
    prediction = np.roll(truth, (2, 3, -4), (0, 1, 2))
    row = score_case(prediction, truth, (1, 1, 1), convention="pooled/one")
    # MedPy measures in whole volumes; in a closer crop it takes a tenth of the time.
    near = (slice(20, 115), slice(60, 190), slice(40, 130))
    assert np.count_nonzero(truth[near]) == np.count_nonzero(truth)
    for region, values in REGIONS.items():
        masks = [np.isin(labels, values) for labels in (prediction, truth)]
        assert row[f"{region}_dice"] == binary.dc(*masks)
        assert row[f"{region}_sensitivity"] == binary.sensitivity(*masks)
        assert row[f"{region}_specificity"] == binary.specificity(*masks)
        close = [mask[near] for mask in masks]
        assert row[f"{region}_hd95"] == pytest.approx(binary.hd95(*close))


def test_nothing_to_score_is_refused():
    with pytest.raises(ValueError, match="Expected voxels"):
        score_case(np.zeros((0, 4, 4), int), np.zeros((0, 4, 4), int), (1, 1, 1))
    cube = np.ones((3, 3, 3), int)
    with pytest.raises(ValueError, match="at least one label"):
        score_case(cube, cube, (1, 1, 1), regions={"nothing": ()})
