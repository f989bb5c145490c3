"""Distances between the surfaces of two masks: Hausdorff, its percentiles, mean.

"HD95" is not one number. What counts as surface and how the two directions are
put together differ between programs, and so do their values for the same masks.
Here the rule is an argument, and its name goes with every value.
"""

from dataclasses import dataclass

import numpy as np

from common.boxes import union_box
from common.metrics.nearest import nearest_distances
from common.metrics.surface_elements import border_voxels, corner_elements

# How a percentile of the distances is taken, by the rule's name.
RULES = {
    "border-max": "voxels with a face on the background; the larger of the two "
    "directions' percentiles",
    "pooled": "voxels with a face on the background; percentile of both "
    "directions' distances together (as MedPy)",
    "area-weighted": "surface elements between voxels, weighted by area; the larger "
    "of the two directions' percentiles (as DeepMind's surface-distance)",
}


@dataclass(frozen=True, eq=False)
class SurfaceDistances:
    """Distances from the elements of each surface to the other surface.

    Args:
        rule: a name in `RULES`.
        to_truth: `(n,)` mm, from each element of the prediction's surface.
        to_prediction: `(m,)` mm, from each element of the truth's surface.
        prediction_areas: `(n,)` mm² of the elements; ones where the rule has
            no areas.
        truth_areas: `(m,)`, likewise.
    """

    rule: str
    to_truth: np.ndarray
    to_prediction: np.ndarray
    prediction_areas: np.ndarray
    truth_areas: np.ndarray

    def hausdorff(self, percentile=100):
        """The Hausdorff distance in mm, or a percentile of it such as 95."""
        if self.rule == "pooled":
            both = np.concatenate([self.to_truth, self.to_prediction])
            return float(np.percentile(both, percentile))
        if self.rule == "border-max":
            directions = (self.to_truth, self.to_prediction)
            return max(float(np.percentile(d, percentile)) for d in directions)
        return max(
            _weighted_percentile(self.to_truth, self.prediction_areas, percentile),
            _weighted_percentile(self.to_prediction, self.truth_areas, percentile),
        )

    def mean(self):
        """The mean surface distance in mm.

        Of both directions' distances together where the rule pools them, else
        the mean of the two directions' means.
        """
        if self.rule == "pooled":
            return float(np.mean(np.concatenate([self.to_truth, self.to_prediction])))
        there = np.average(self.to_truth, weights=self.prediction_areas)
        back = np.average(self.to_prediction, weights=self.truth_areas)
        return float((there + back) / 2)


def surface_distances(prediction, truth, spacing, rule="border-max"):
    """Measures the distances between the surfaces of two masks.

    Args:
        prediction: boolean mask (depth, height, width), not empty; or with
            fewer axes, but for the rule `"area-weighted"`.
        truth: boolean mask of the same shape, not empty.
        spacing: mm between voxels, one number an axis, in the mask's order.
        rule: a name in `RULES`.

    Returns:
        `SurfaceDistances`.

    Raises:
        ValueError: the masks differ in shape, one of them is empty, or spacing
            or rule is not valid.
    """
    prediction, truth = np.asarray(prediction, bool), np.asarray(truth, bool)
    spacing = check_spacing(spacing, prediction.ndim)
    if rule not in RULES:
        raise ValueError(f"Expected a rule of {tuple(RULES)}. Received: rule={rule!r}")
    if rule == "area-weighted" and prediction.ndim != 3:
        raise ValueError(
            "Surface elements have an area in volumes only. "
            f"Received: masks of shape {prediction.shape}"
        )
    if prediction.shape != truth.shape:
        raise ValueError(
            "Prediction and truth must have one shape. "
            f"Received: {prediction.shape} and {truth.shape}"
        )
    box = union_box(prediction, truth)
    prediction, truth = prediction[box], truth[box]
    if not (prediction.any() and truth.any()):
        raise ValueError(
            "Expected two masks that are not empty: there is no distance to "
            f"nothing. Received: {np.count_nonzero(prediction)} voxels of the "
            f"prediction and {np.count_nonzero(truth)} of the truth"
        )
    if rule == "area-weighted":
        (ours, our_areas), (theirs, their_areas) = (
            corner_elements(mask, spacing) for mask in (prediction, truth)
        )
    else:
        ours, theirs = border_voxels(prediction), border_voxels(truth)
        our_areas, their_areas = np.ones(len(ours)), np.ones(len(theirs))
    grid = [n + 1 for n in prediction.shape]  # corners are one more than voxels
    return SurfaceDistances(
        rule,
        nearest_distances(ours, theirs, spacing, grid),
        nearest_distances(theirs, ours, spacing, grid),
        our_areas,
        their_areas,
    )


def check_spacing(spacing, axes):
    """Makes sure that a spacing is one positive number of mm an axis.

    Returns:
        `(axes,)` float64.

    Raises:
        ValueError: it is not.
    """
    spacing = np.asarray(spacing, np.float64)
    if spacing.shape != (axes,) or not np.all((spacing > 0) & np.isfinite(spacing)):
        raise ValueError(
            f"Argument `spacing` must be {axes} positive numbers of mm. "
            f"Received: spacing={spacing.tolist()}"
        )
    return spacing


def _weighted_percentile(distances, areas, percentile):
    # The smallest distance within which that share of the surface lies.
    order = np.argsort(distances, kind="stable")
    areas = areas[order]
    # Rounding decides where the share is met exactly: summed as the original does.
    index = np.searchsorted(np.cumsum(areas) / np.sum(areas), percentile / 100)
    return float(distances[order[min(index, len(order) - 1)]])
