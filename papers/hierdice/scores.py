"""The four scores of a case's regions, in each way that they may be averaged."""

import numpy as np

from common.metrics import overlap
from common.metrics.regions import REGIONS, region_masks

SCORES = ("precision", "recall", "iou", "dice")


def score_slices(labels, truth):
    """Returns one row: every reading of the paper's scores that a case gives.

    Args:
        labels: found labels `(depth, height, width)`.
        truth: true labels of the same shape.

    Returns:
        For each region, such as `wt`: `wt_tp, wt_fp, wt_fn, wt_tn` (voxels of the
        slices whose truth has tumor, which is what the paper trains on);
        `wt_precision, wt_recall, wt_iou, wt_dice` of these, NaN where truth and
        prediction are empty and 0 where one is; the same as `wt_zero_dice` with 0
        for both empty; as `wt_whole_dice` of all slices, counts too; and as
        `wt_slices_dice` the sum of single slices' scores, of `wt_slices` that are
        not empty.
    """
    tumor = (truth > 0).any(axis=(1, 2))
    found, true = region_masks(labels), region_masks(truth)
    row = {}
    for region in REGIONS:
        slices = overlap.confusion(found[region], true[region], axis=(1, 2))
        in_tumor = overlap.Counts(*(count[tumor].sum() for count in slices))
        whole = overlap.Counts(*(count.sum() for count in slices))
        for name, counts in (("", in_tumor), ("whole_", whole)):
            numbers = {k: int(v) for k, v in counts._asdict().items()} | scores(counts)
            row |= {f"{region}_{name}{key}": value for key, value in numbers.items()}
        for key, value in scores(in_tumor).items():
            row[f"{region}_zero_{key}"] = 0.0 if np.isnan(value) else value
        single = [scores(overlap.Counts(*c)) for c in zip(*slices, strict=True)]
        single = [one for one, has in zip(single, tumor, strict=True) if has]
        defined = [one for one in single if not np.isnan(one["dice"])]
        row[f"{region}_slices"] = len(defined)
        for key in SCORES:
            row[f"{region}_slices_{key}"] = float(sum(one[key] for one in defined))
        row[f"{region}_empty_truth"] = int(in_tumor.tp + in_tumor.fn == 0)
        row[f"{region}_missed"] = int(in_tumor.tp == 0 and in_tumor.fn > 0)
    return row


def scores(counts):
    """Returns the four scores: NaN where both are empty, 0 where one is."""
    tp, fp, fn, _ = map(int, counts)
    if tp + fp + fn == 0:
        return dict.fromkeys(SCORES, float("nan"))
    return {
        "precision": tp / max(tp + fp, 1),
        "recall": tp / max(tp + fn, 1),
        "iou": tp / (tp + fp + fn),
        "dice": 2 * tp / (2 * tp + fp + fn),
    }
