"""One case: both label maps read, checked against each other, and scored."""

from common.errors import UserError
from common.metrics import (
    CAVITY,
    REGIONS,
    CasePair,
    boundary_scores,
    score_pair,
    volume_scores,
)
from common.metrics.lesions import lesion_scores
from data.brats.label_order import read_values
from papers.engine.scoring.labelings import read_labels


def read_pair(truth, prediction, labelings):
    """Reads the two label maps of a case and refuses what cannot be compared.

    Args:
        truth: the truth's file.
        prediction: the prediction's file.
        labelings: the `Release` of the truth's values, and of the prediction's.

    Returns:
        `(pair, moved, values)`: a `common.metrics.case_pair.CasePair`; whether the two
        have another origin, as files of some releases do (voxels are compared by
        index); and the `data.brats.label_order.LabelValues` of truth and prediction.

    Raises:
        UserError: a file cannot be read or has other values, or the two have another
            shape, or other axes or spacing.
    """
    true, geometry = read_labels(truth, labelings[0], "--labels")
    predicted, other = read_labels(prediction, labelings[1], "--prediction-labels")
    again = "resample it to the grid of the truth with nearest neighbors, then again"
    if other.shape != geometry.shape:
        shape = f"the shape of the truth, {geometry.shape} (depth, height, width)"
        raise UserError(prediction, shape, other.shape, again)
    if not other.same_axes(geometry):
        raise UserError(
            prediction,
            f"the axes and spacing of the truth, {geometry.rounded_axes()}",
            other.rounded_axes(),
            again,
        )
    regions = dict(REGIONS)
    if any(CAVITY["rc"][0] in one.labels.values() for one in labelings):
        regions |= CAVITY
    pair = CasePair(predicted, true, geometry.spacing, regions)
    values = read_values(true), read_values(predicted)
    return pair, not other.matches(geometry), values


def scores_of(pair, convention, rule, tolerances):
    """Returns all scores of a case: `(scores, lesions)`.

    Args:
        pair: a `common.metrics.case_pair.CasePair`.
        convention: a name in `common.metrics.conventions.CONVENTIONS`.
        rule: a name in `common.metrics.lesions.rules.LESION_RULES`, or None.
        tolerances: mm; the first one is that of lesions, too.

    Returns:
        The dict of all functions together, and a list of lesions, empty without a rule.
    """
    scores = score_pair(pair, convention)
    scores |= boundary_scores(pair, convention, tolerances)
    scores |= volume_scores(pair)
    if rule is None:
        return scores, []
    row, lesions = lesion_scores(pair, rule, tolerances[0])
    return scores | row, lesions
