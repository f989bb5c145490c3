"""Scores of a case's boundaries and volumes beside Dice and Hausdorff distances."""

import math

from common.metrics.conventions import find_convention

TOLERANCES = (1.0, 2.0)  # mm


def boundary_scores(pair, convention="border-max/brats", tolerances=TOLERANCES):
    """Computes the normalized surface Dice of each region.

    It is the share of both surfaces that lies within a tolerance of the other one (S.
    Nikolov et al., "Deep learning to achieve clinically applicable segmentation of head
    and neck anatomy for radiotherapy", arXiv:1809.04430). What a share is depends on
    the convention's rule for distances: `SurfaceDistances.surface_dice`. Where both
    masks are empty it is what the convention says of Dice, where one is empty 0.

    Args:
        pair: a `common.metrics.case_pair.CasePair`.
        convention: a name in `common.metrics.conventions.CONVENTIONS`.
        tolerances: mm.

    Returns:
        A dict with, for each region and tolerance, such as `wt` and 1.5 mm:
        `wt_nsd_1.5mm`, in [0, 1], or NaN where the convention leaves it undefined.

    Raises:
        ValueError: there is no such convention, or a tolerance is negative.

    Example:

    >>> import numpy as np
    >>> from common.metrics import CasePair
    >>> truth = np.zeros((6, 8, 12), np.uint8)
    >>> truth[2:4, 2:6, 2:6] = 2
    >>> pair = CasePair(np.roll(truth, 1, axis=2), truth, spacing=(1, 1, 1))
    >>> boundary_scores(pair, tolerances=[0.5, 1])["wt_nsd_1mm"]
    1.0
    """
    rule, row = find_convention(convention), {}
    for region in pair.regions:
        empty = [not mask.any() for mask in pair.boxed(region)[:2]]
        for tolerance in tolerances:
            if any(empty):
                value = rule.empty_rule.both_score if all(empty) else 0.0
            else:
                distances = pair.distances(region, rule.distance)
                value = distances.surface_dice(tolerance)
            row[f"{region}_nsd_{tolerance:g}mm"] = value
    return row


def volume_scores(pair):
    """Computes how far the predicted volume of each region is from the true one.

    Args:
        pair: a `common.metrics.case_pair.CasePair`.

    Returns:
        A dict with, for each region, such as `wt`: `wt_volume_ml` of the truth;
        `wt_volume_difference_ml`, prediction minus truth, in ml;
        `wt_absolute_volume_difference_ml`, its magnitude;
        `wt_relative_volume_difference`, the difference as a share of the truth's volume
        (T. Heimann et al., IEEE TMI 28(8), 2009, there in percent), and
        `wt_absolute_relative_volume_difference`, its magnitude. A share of an empty
        truth is NaN, whatever the prediction.
    """
    ml, row = math.prod(pair.spacing.tolist()) / 1000, {}
    for region in pair.regions:
        counts = pair.counts(region)
        true, excess = counts.tp + counts.fn, counts.fp - counts.fn
        relative = float(excess / true) if true else math.nan
        row |= {
            f"{region}_volume_ml": float(true * ml),
            f"{region}_volume_difference_ml": float(excess * ml),
            f"{region}_absolute_volume_difference_ml": float(abs(excess) * ml),
            f"{region}_relative_volume_difference": relative,
            f"{region}_absolute_relative_volume_difference": abs(relative),
        }
    return row
