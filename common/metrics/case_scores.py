"""All scores of one case in one flat row: overlap and distances of each region."""

from common.metrics import overlap
from common.metrics.case_pair import CasePair
from common.metrics.conventions import find_convention


def score_case(prediction, truth, spacing, regions=None, convention="border-max/brats"):
    """Scores the label volume of one case against its truth.

    Args:
        prediction: integer labels 0 to 5 (`common.metrics.regions`), of shape
            `(depth, height, width)`. It should be the whole volume, because
            specificity depends on the amount of background.
        truth: integer labels of the same shape.
        spacing: mm between voxels along depth, height and width.
        regions: labels by region name; `common.metrics.regions.REGIONS` by default.
        convention: a name in `common.metrics.conventions.CONVENTIONS`.

    Returns:
        A dict with `convention`, then for each region, such as `wt`:
        `wt_tp, wt_fp, wt_fn, wt_tn` (voxels); `wt_dice, wt_iou, wt_precision,
        wt_sensitivity, wt_specificity` (of the whole volume) and
        `wt_specificity_slices` (of the slices whose truth has any tumor);
        `wt_hd, wt_hd95, wt_asd` (Hausdorff distance, its 95th percentile and
        average symmetric surface distance, in mm); `wt_empty_truth,
        wt_empty_prediction` and `wt_missed` (the truth is not empty, and none of its
        voxels was found), each 0 or 1. What the convention leaves undefined is NaN.

    Raises:
        ValueError: the shapes differ, a label is not one of 0 to 5, or spacing or
            convention is invalid.

    Example:

    >>> import numpy as np
    >>> truth = np.zeros((4, 8, 8), np.uint8)
    >>> truth[1:3, 2:6, 2:6] = 2
    >>> prediction = np.roll(truth, 1, axis=2)
    >>> row = score_case(prediction, truth, spacing=(1, 1, 1))
    >>> row["wt_dice"], row["wt_hd"], row["et_empty_truth"]
    (0.75, 1.0, 1)
    """
    return score_pair(CasePair(prediction, truth, spacing, regions), convention)


def score_pair(pair, convention="border-max/brats"):
    """Scores a case as `score_case` does, and leaves its surfaces to further scores.

    Args:
        pair: a `common.metrics.case_pair.CasePair`.
        convention: a name in `common.metrics.conventions.CONVENTIONS`.

    Returns:
        The dict of `score_case`.

    Raises:
        ValueError: there is no such convention.
    """
    rule = find_convention(convention)
    row = {"convention": rule.name}
    for region in pair.regions:
        counts = pair.counts(region)
        scores = {
            **counts._asdict(),
            **_overlap_scores(counts, rule.empty_rule),
            "specificity_slices": overlap.specificity(*pair.slice_counts(region)),
            **_distances(pair, region, counts, rule),
            "empty_truth": counts.tp + counts.fn == 0,
            "empty_prediction": counts.tp + counts.fp == 0,
            "missed": counts.tp == 0 and counts.fn > 0,
        }
        row |= {f"{region}_{name}": _plain(value) for name, value in scores.items()}
    return row


def _overlap_scores(counts, empty):
    both, one = empty.both_score, empty.one_score
    return {
        "dice": overlap.dice(*counts, empty=both),
        "iou": overlap.iou(*counts, empty=both),
        "precision": overlap.precision(*counts, empty=both, one_empty=one),
        "sensitivity": overlap.sensitivity(*counts, empty=both, one_empty=one),
        "specificity": overlap.specificity(*counts),
    }


def _distances(pair, region, counts, rule):
    empty = (counts.tp + counts.fp == 0, counts.tp + counts.fn == 0)
    if any(empty):
        values = rule.empty_rule
        value = values.both_distance if all(empty) else values.one_distance
        return {"hd": value, "hd95": value, "asd": value}
    distances = pair.distances(region, rule.distance)
    return {
        "hd": distances.hausdorff(),
        "hd95": distances.hausdorff(95),
        "asd": distances.mean(),
    }


def _plain(value):
    return float(value) if isinstance(value, float) else int(value)
