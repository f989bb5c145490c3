"""The programs that score a case, and the scores that each of them has."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

from common.boxes import union_box
from common.metrics.case_scores import score_case
from common.metrics.regions import REGIONS, region_mask


@dataclass(frozen=True)
class Program:
    """One way to score a case.

    Args:
        name: in the table.
        what: the scores that it computes of three regions.
        score: function of prediction, truth and spacing that returns the scores under
            the names that `score_case` gives them.
        beside: name of our program that has the same definitions.
        needs: name of the third-party module that it runs, or empty for ours.
    """

    name: str
    what: str
    score: Callable
    beside: str
    needs: str = ""


def available():
    """Returns the programs that are installed here."""
    return [p for p in PROGRAMS if not p.needs or find_spec(p.needs)]


def _ours(rule):
    def score(prediction, truth, spacing):
        row = score_case(prediction, truth, spacing, convention=f"{rule}/nan")
        return {name: value for name, value in row.items() if name != "convention"}

    return Program(f"ours, {rule}", "all", score, f"ours, {rule}")


def _regions(prediction, truth):
    """Yields the regions that both have, with masks; the others raise on empty ones."""
    for region, values in REGIONS.items():
        masks = [region_mask(labels, values) for labels in (prediction, truth)]
        if all(mask.any() for mask in masks):
            yield region, *masks


def _medpy(prediction, truth, spacing, crop=False):
    from medpy.metric import binary

    scores = {}
    for region, ours, true in _regions(prediction, truth):
        scores[f"{region}_dice"] = binary.dc(ours, true)
        scores[f"{region}_sensitivity"] = binary.sensitivity(ours, true)
        scores[f"{region}_specificity"] = binary.specificity(ours, true)
        if crop:
            box = union_box(ours, true)
            ours, true = ours[box], true[box]
        scores[f"{region}_hd95"] = binary.hd95(ours, true, voxelspacing=spacing)
    return scores


def _medpy_cropped(prediction, truth, spacing):
    return _medpy(prediction, truth, spacing, crop=True)


def _surface_distance(prediction, truth, spacing):
    with warnings.catch_warnings():
        # It imports from namespaces that SciPy will remove.
        warnings.simplefilter("ignore", DeprecationWarning)
        import surface_distance as module

        scores = {}
        for region, ours, true in _regions(prediction, truth):
            distances = module.compute_surface_distances(true, ours, spacing)
            robust = module.compute_robust_hausdorff(distances, 95)
            scores[f"{region}_hd95"] = robust
    return scores


_FOUR = "Dice, sensitivity, specificity, HD95"
PROGRAMS = (
    *(_ours(rule) for rule in ("pooled", "border-max", "area-weighted")),
    Program("MedPy", _FOUR, _medpy, "ours, pooled", "medpy"),
    Program("MedPy, HD95 in a box", _FOUR, _medpy_cropped, "ours, pooled", "medpy"),
    Program(
        "surface-distance",
        "HD95",
        _surface_distance,
        "ours, area-weighted",
        "surface_distance",
    ),
)
