"""Distances between the surfaces of two masks: Hausdorff, its percentiles, mean.

"HD95" is not one number. Programs differ in what counts as surface and in how they
combine the two directions, and so do their values for the same masks. Here the rule
is an argument, and its name accompanies every value.
"""

from dataclasses import dataclass, replace

import numpy as np

from common.boxes import union_box
from common.metrics.nearest import nearest_distances
from common.metrics.surface_elements import surface_of

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

    def surface_dice(self, tolerance):
        """Returns the normalized surface Dice: the share of the surfaces that agree.

        Under `"pooled"` and `"area-weighted"`, the share of both surfaces together, in
        voxels or in area (S. Nikolov et al., arXiv:1809.04430, and surface-distance);
        under `"border-max"`, the mean of the two directions' shares (as GaNDLF and
        panoptica).

        Args:
            tolerance: mm that an element may be away from the other surface.

        Returns:
            A float in [0, 1].

        Raises:
            ValueError: the tolerance is negative or not finite.
        """
        if not 0 <= tolerance < np.inf:
            raise ValueError(
                f"Expected a tolerance of at least 0 mm. Received: {tolerance}"
            )
        sides = (
            (self.to_truth, self.prediction_areas),
            (self.to_prediction, self.truth_areas),
        )
        # Distances are rounded, and one of exactly a voxel's side should be within it.
        limit = tolerance * (1 + 1e-9)
        within = [float(np.sum(areas[d <= limit])) for d, areas in sides]
        totals = [float(np.sum(areas)) for _, areas in sides]
        if self.rule == "border-max":
            return (within[0] / totals[0] + within[1] / totals[1]) / 2
        return sum(within) / sum(totals)

    def under(self, rule):
        """Returns the same distances under another rule for the same elements.

        Args:
            rule: a name in `RULES`. `"border-max"` and `"pooled"` share their elements.

        Raises:
            ValueError: the rules have different elements.
        """
        if (rule == "area-weighted") != (self.rule == "area-weighted"):
            raise ValueError(
                f"Expected a rule with the elements of {self.rule!r}. "
                f"Received: rule={rule!r}"
            )
        return replace(self, rule=rule)

    def mean(self):
        """Returns the average symmetric surface distance (ASSD) in mm.

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
    surfaces = (surface_of(mask, spacing, rule) for mask in (prediction, truth))
    return distances_between(*surfaces, spacing, rule)


def distances_between(prediction, truth, spacing, rule):
    """Measures the distances between two surfaces that were found before.

    Args:
        prediction: `(points, areas)` of `common.metrics.surface_elements.surface_of`,
            at least one point.
        truth: the same of the truth, in the same array's indices.
        spacing: `(axes,)` mm between voxels.
        rule: a name in `RULES`, by which both were found.

    Returns:
        `SurfaceDistances`.
    """
    (predicted, predicted_areas), (true, true_areas) = prediction, truth
    # Only the box around both matters, wherever it lies.
    low = np.minimum(predicted.min(axis=0), true.min(axis=0))
    high = np.maximum(predicted.max(axis=0), true.max(axis=0))
    predicted, true, grid = predicted - low, true - low, high - low + 1
    return SurfaceDistances(
        rule,
        nearest_distances(predicted, true, spacing, grid.tolist()),
        nearest_distances(true, predicted, spacing, grid.tolist()),
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
