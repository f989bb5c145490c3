"""The four scores of a case's regions, in every way that they may be averaged."""

import numpy as np

from common.metrics import overlap
from common.metrics.regions import REGIONS, region_masks

SCORES = ("precision", "recall", "iou", "dice")


def score_slices(labels, truth):
    """Returns one row with every reading of the paper's scores for a case.

    Args:
        labels: found labels `(depth, height, width)`.
        truth: true labels of the same shape.

    Returns:
        For each region, such as `wt`: `wt_tp, wt_fp, wt_fn, wt_tn`, the voxels of the
        slices whose truth has tumor, on which the paper trains;
        `wt_precision, wt_recall, wt_iou, wt_dice` of these counts, NaN where truth and
        prediction are both empty and 0 where one of them is; `wt_zero_dice` and the
        like, where both empty gives 0; `wt_whole_dice` and the like, and their counts,
        of all slices; and `wt_slices_dice` and the like, the sums of the scores of the
        `wt_slices` single slices that are not empty.
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
    """Returns the four scores, NaN where both are empty and 0 where one is."""
    tp, fp, fn, _ = map(int, counts)
    if tp + fp + fn == 0:
        return dict.fromkeys(SCORES, float("nan"))
    return {
        "precision": tp / max(tp + fp, 1),
        "recall": tp / max(tp + fn, 1),
        "iou": tp / (tp + fp + fn),
        "dice": 2 * tp / (2 * tp + fp + fn),
    }
