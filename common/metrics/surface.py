"""Distances between the surfaces of two masks: Hausdorff, its percentiles, mean.

"HD95" is not one number. Programs differ in what counts as surface and in how they
combine the two directions, and so do their values for the same masks. Here the rule
is an argument, and its name accompanies every value.
"""

from dataclasses import dataclass

import numpy as np

from common.boxes import union_box
from common.metrics.nearest import nearest_distances
from common.metrics.surface_elements import border_voxels, corner_elements

# How a percentile of the distances is taken, by rule name. The texts go into tables.
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
        prediction_areas: `(n,)` mm², of the elements of the prediction's surface;
            ones if the rule has no areas.
        truth_areas: `(m,)` mm², likewise of the truth's surface.
    """

    rule: str
    to_truth: np.ndarray
    to_prediction: np.ndarray
    prediction_areas: np.ndarray
    truth_areas: np.ndarray

    def hausdorff(self, percentile=100):
        """Returns the Hausdorff distance in mm, or a percentile of it such as 95."""
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
        """Returns the mean surface distance in mm.

        The mean over both directions' distances together if the rule pools them,
        otherwise the mean of the two directions' means.
        """
        if self.rule == "pooled":
            return float(np.mean(np.concatenate([self.to_truth, self.to_prediction])))
        there = np.average(self.to_truth, weights=self.prediction_areas)
        back = np.average(self.to_prediction, weights=self.truth_areas)
        return float((there + back) / 2)


def surface_distances(prediction, truth, spacing, rule="border-max"):
    """Measures the distances between the surfaces of two masks.

    Args:
        prediction: boolean mask `(depth, height, width)`, not empty. It may have
            fewer axes, except under the rule `"area-weighted"`.
        truth: boolean mask of the same shape, not empty.
        spacing: mm between voxels, one number per axis, in the mask's order.
        rule: a name in `RULES`.

    Returns:
        `SurfaceDistances`.

    Raises:
        ValueError: the masks differ in shape, one of them is empty, or spacing or
            rule is invalid.

    Example:

    >>> truth = np.zeros((1, 5, 9), bool)
    >>> truth[:, 1:4, 1:4] = True
    >>> prediction = np.roll(truth, 2, axis=2)
    >>> surface_distances(prediction, truth, spacing=(1, 1, 0.5)).hausdorff()
    1.0
    """
    prediction, truth = np.asarray(prediction, bool), np.asarray(truth, bool)
    spacing = check_spacing(spacing, prediction.ndim)
    if rule not in RULES:
        raise ValueError(
            f"Expected one of the rules {tuple(RULES)}. Received: rule={rule!r}"
        )
    if rule == "area-weighted" and prediction.ndim != 3:
        raise ValueError(
            "Expected volumes: surface elements have an area in three dimensions only. "
            f"Received: masks of shape {prediction.shape}"
        )
    if prediction.shape != truth.shape:
        raise ValueError(
            "Expected prediction and truth of the same shape. "
            f"Received: {prediction.shape} and {truth.shape}"
        )
    box = union_box(prediction, truth)
    prediction, truth = prediction[box], truth[box]
    if not (prediction.any() and truth.any()):
        raise ValueError(
            "Expected two masks that are not empty: there is no distance to an empty "
            f"one. Received: {np.count_nonzero(prediction)} voxels of the "
            f"prediction and {np.count_nonzero(truth)} of the truth"
        )
    if rule == "area-weighted":
        (predicted, predicted_areas), (true, true_areas) = (
            corner_elements(mask, spacing) for mask in (prediction, truth)
        )
    else:
        predicted, true = border_voxels(prediction), border_voxels(truth)
        predicted_areas, true_areas = np.ones(len(predicted)), np.ones(len(true))
    grid = [n + 1 for n in prediction.shape]  # one more corner than voxels
    return SurfaceDistances(
        rule,
        nearest_distances(predicted, true, spacing, grid),
        nearest_distances(true, predicted, spacing, grid),
        predicted_areas,
        true_areas,
    )


def check_spacing(spacing, axes):
    """Checks that a spacing is one positive number of mm per axis.

    Args:
        spacing: mm between voxels along each axis.
        axes: number of axes.

    Returns:
        `(axes,)`, float64.

    Raises:
        ValueError: it is something else.
    """
    spacing = np.asarray(spacing, np.float64)
    if spacing.shape != (axes,) or not np.all((spacing > 0) & np.isfinite(spacing)):
        raise ValueError(
            f"Expected {axes} positive numbers of mm as `spacing`. "
            f"Received: spacing={spacing.tolist()}"
        )
    return spacing


def _weighted_percentile(distances, areas, percentile):
    # The smallest distance within which this share of the surface lies.
    order = np.argsort(distances, kind="stable")
    areas = areas[order]
    # Where the share is met exactly, rounding decides: this sums as the original does.
    index = np.searchsorted(np.cumsum(areas) / np.sum(areas), percentile / 100)
    return float(distances[order[min(index, len(order) - 1)]])
