"""The rows of scored label maps, and the numbers over all cases."""

import numpy as np
import pandas as pd

# Of the table over cases: a score is a mean of these, the rest of a row is not.
_NOT_SCORES = ("tp", "fp", "fn", "tn", "empty_truth", "empty_prediction", "missed")
# Of a lesion's row; the last three are where it lies, in voxels from 0.
LESION = ("case", "region", "lesion", "status", "counted", "lesion_rule", "dice", "nsd")
LESION += ("hd95", "truth_mm3", "predicted_mm3", "depth", "height", "width")


def region_rows(case, regions, scores):
    """Returns one row per region of the scores of a case.

    Args:
        case: the case's name.
        regions: names of the regions.
        scores: the dicts of `common.metrics`: names such as `wt_dice`, and what belongs
            to all regions, such as `convention`.
    """
    shared = {
        name: value
        for name, value in scores.items()
        if name.partition("_")[0] not in regions
    }
    return [
        {"case": case, "region": region}
        | shared
        | {
            name.removeprefix(f"{region}_"): value
            for name, value in scores.items()
            if name.startswith(f"{region}_")
        }
        for region in regions
    ]


def lesion_rows(case, rule, lesions):
    """Returns one row per lesion of a case.

    Args:
        case: the case's name.
        rule: name of the lesion rule.
        lesions: of type `common.metrics.lesions.lesion.Lesion`.
    """
    rows = []
    for lesion in lesions:
        what = (lesion.number, lesion.status, int(lesion.counted), rule)
        found = (lesion.dice, lesion.nsd, lesion.hd95)
        sizes = (lesion.truth_mm3, lesion.predicted_mm3, *lesion.center)
        values = (case, lesion.region, *what, *found, *sizes)
        rows.append(dict(zip(LESION, values, strict=True)))
    return rows


def over_cases(scores):
    """Returns one row per region and score: its mean and median over cases.

    Args:
        scores: a `DataFrame` of `region_rows`.

    Returns:
        A `DataFrame` with `region, score, mean, median, n, n_undefined`; `n` is the
        number of cases that have the score, `n_undefined` of those that do not.
    """
    rows = []
    for region, of_region in scores.groupby("region", sort=False):
        numbers = of_region.select_dtypes("number").drop(columns=list(_NOT_SCORES))
        for score in numbers:
            values = numbers[score].dropna().to_numpy(float)
            rows.append(
                {
                    "region": region,
                    "score": score,
                    "mean": np.mean(values) if len(values) else np.nan,
                    "median": np.median(values) if len(values) else np.nan,
                    "n": len(values),
                    "n_undefined": len(numbers) - len(values),
                }
            )
    return pd.DataFrame(rows)
