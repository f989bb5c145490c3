"""Which lesions of the truth have which components of the prediction."""

import numpy as np

from common.metrics.lesions.components import components, dilate, overlaps
from common.metrics.lesions.rules import DILATED

# panoptica takes no pair of a smaller Dice for a match.
MIN_DICE = 1e-6


def match_lesions(prediction, truth, rule):
    """Finds the lesions of both masks and matches them.

    Args:
        prediction: boolean mask `(depth, height, width)`.
        truth: boolean mask of that shape.
        rule: a `LesionRule`.

    Returns:
        `(predicted, true, matches)`: int32 arrays of the shape of the masks, in which
        the components of the prediction and the lesions of the truth are numbered from
        1; and for each of these lesions in order the tuple of its components' numbers.
    """
    predicted = components(prediction)
    if rule.matching == DILATED:
        near = components(dilate(truth, rule.dilation))
        true = np.where(truth, near, 0)
        # What grows out of a lesion is what it became one component of.
        pairs = overlaps(near, predicted)[0].tolist()
    else:
        true = components(truth)
        pairs = _best_pairs(predicted, true)
    matches = [[] for _ in range(int(true.max(initial=0)))]
    for lesion, component in pairs:
        matches[lesion - 1].append(component)
    return predicted, true, [tuple(one) for one in matches]


def _best_pairs(predicted, true):
    """Returns the pairs of truth and prediction whose Dice have the largest sum."""
    from scipy.optimize import linear_sum_assignment

    pairs, voxels = overlaps(true, predicted)
    sizes = [np.bincount(labels[labels > 0]) for labels in (true, predicted)]
    if not len(pairs):
        return []
    dice = 2 * voxels / (sizes[0][pairs[:, 0]] + sizes[1][pairs[:, 1]])
    pairs, dice = pairs[dice >= MIN_DICE], dice[dice >= MIN_DICE]
    # Whoever overlaps nothing has no match, and needs no row or column.
    (rows, row), (columns, column) = (
        np.unique(pairs[:, side], return_inverse=True) for side in (0, 1)
    )
    gain = np.zeros((len(rows), len(columns)))
    gain[row, column] = dice
    chosen = np.stack(linear_sum_assignment(gain, maximize=True), axis=-1)
    return [(rows[i], columns[j]) for i, j in chosen.tolist() if gain[i, j]]
