"""Lesion-wise scores of a case: the lesions of each region, and their means."""

import math

import numpy as np

from common.metrics.lesions.components import measure_parts, overlaps
from common.metrics.lesions.lesion import Lesion
from common.metrics.lesions.matching import match_lesions
from common.metrics.lesions.rules import DILATED, find_lesion_rule
from common.metrics.lesions.surfaces import LesionSurfaces
from common.metrics.surface import distances_between


def lesion_scores(pair, rule="brats23", tolerance=1.0):
    """Scores the lesions of each region of a case.

    Means are over all lesions that count. Under a rule with a penalty, missed and false
    lesions are among them, with Dice and NSD of 0. What is not defined then:
    `brats23` and `brats23-met` give 1, 1 and 0 mm where no lesion counts and none is
    false; `bipartite-met` leaves a region out that has no lesion large enough; and
    `bipartite`, which averages found lesions alone, gives 0, 0 and infinity where none
    was found, and leaves a region out that both lack.

    Args:
        pair: a `common.metrics.case_pair.CasePair`.
        rule: a name in `common.metrics.lesions.rules.LESION_RULES`.
        tolerance: mm, of the normalized surface Dice.

    Returns:
        `(row, lesions)`: a dict with `lesion_rule`, then for each region, such as `wt`:
        `wt_lesion_dice, wt_lesion_nsd, wt_lesion_hd95` (mm), and the numbers
        `wt_lesions_found, wt_lesions_missed, wt_lesions_false` of lesions that count,
        `wt_lesions_small` of those that do not, and `wt_lesion_f1` of the former, NaN
        where there are none; and a list with a `Lesion` for each.

    Raises:
        ValueError: there is no such rule, or the tolerance is negative.

    Example:

    >>> import numpy as np
    >>> from common.metrics import CasePair
    >>> truth = np.zeros((9, 9, 30), np.uint8)
    >>> truth[2:7, 2:7, 2:7], truth[2:7, 2:7, 22:27] = 2, 2
    >>> prediction = truth.copy()
    >>> prediction[..., 20:] = 0
    >>> row, lesions = lesion_scores(CasePair(prediction, truth, (1, 1, 1)))
    >>> row["wt_lesion_dice"], row["wt_lesion_hd95"], [one.status for one in lesions]
    (0.5, 187.0, ['found', 'missed'])
    """
    known = find_lesion_rule(rule)
    row, lesions = {"lesion_rule": known.name}, []
    for region in pair.regions:
        found = _lesions(pair, region, known, tolerance)
        row |= {f"{region}_{name}": v for name, v in _means(found, known).items()}
        lesions += found
    return row, lesions


def _lesions(pair, region, rule, tolerance):
    """Returns the `Lesion` of each lesion of a region."""
    prediction, truth, origin = pair.boxed(region)
    predicted, true, matches = match_lesions(prediction, truth, rule)
    voxel = math.prod(pair.spacing.tolist())
    (sizes, false_centers), (true_sizes, centers) = map(
        measure_parts, (predicted, true)
    )
    shared = _shared(predicted, true, matches)
    measure = _measures(pair, region, predicted, true, rule, tolerance)
    missing = math.nan if rule.penalty is None else rule.penalty
    lesions = []
    for number, components in enumerate(matches, 1):
        size, other = true_sizes[number], sum(sizes[list(components)].tolist())
        nsd, hd95 = measure(number, components) if components else (0.0, missing)
        volume = float(size * voxel)
        lesions.append(
            Lesion(
                region,
                number,
                "found" if components else "missed",
                rule.counts(volume),
                volume,
                other * voxel,
                float(2 * shared[number - 1] / (size + other)),
                nsd,
                hd95,
                tuple((centers[number - 1] + origin).tolist()),
            )
        )
    taken = set().union(*matches)
    false = [one for one in range(1, len(sizes)) if one not in taken]
    for number, one in enumerate(false, len(matches) + 1):
        volume = float(sizes[one] * voxel)
        center = tuple((false_centers[one - 1] + origin).tolist())
        scores = (0.0, volume, 0.0, 0.0, missing, center)
        lesions.append(Lesion(region, number, "false", True, *scores))
    return lesions


def _shared(predicted, true, matches):
    """Returns the voxels that each lesion shares with its own components."""
    own = {(number, one) for number, some in enumerate(matches, 1) for one in some}
    shared = np.zeros(len(matches), np.int64)
    pairs, voxels = overlaps(true, predicted)
    for (number, one), count in zip(pairs.tolist(), voxels.tolist(), strict=True):
        shared[number - 1] += count * ((number, one) in own)
    return shared


def _measures(pair, region, predicted, true, rule, tolerance):
    """Returns the function that measures a lesion: its NSD, and HD95 in mm."""
    corners = rule.distance == "area-weighted"
    surfaces = [
        LesionSurfaces(surface, labels, corners)
        for surface, labels in zip(
            pair.surfaces(region, rule.distance), (predicted, true), strict=True
        )
    ]

    def measure(number, components):
        sides = surfaces[0].of(components), surfaces[1].of([number])
        distances = distances_between(*sides, pair.spacing, rule.distance)
        nsd = distances.under(rule.surface_dice).surface_dice(tolerance)
        return nsd, distances.hausdorff(95)

    return measure


def _means(lesions, rule):
    """Returns the means and numbers of a region."""
    counted = [one for one in lesions if one.counted]
    numbers = {
        status: sum(one.status == status for one in counted)
        for status in ("found", "missed", "false")
    }
    total = sum(numbers.values())
    scored = counted
    if rule.penalty is None:
        scored = [one for one in counted if one.status == "found"]
    if rule.matching == DILATED:
        otherwise = (1.0, 1.0, 0.0)
    elif rule.penalty is None and total:
        otherwise = (0.0, 0.0, math.inf)
    else:
        otherwise = (math.nan,) * 3
        if not numbers["found"] + numbers["missed"]:
            scored = []  # false lesions alone have no mean
    means = otherwise
    if scored:
        values = [(one.dice, one.nsd, one.hd95) for one in scored]
        means = np.mean(values, axis=0).tolist()
    found = numbers["found"]
    return {
        **dict(zip(("lesion_dice", "lesion_nsd", "lesion_hd95"), means, strict=True)),
        **{f"lesions_{status}": number for status, number in numbers.items()},
        "lesions_small": len(lesions) - len(counted),
        "lesion_f1": 2 * found / (total + found) if total else math.nan,
    }
