"""From the probabilities of the five labels to a label: two ways."""

import numpy as np

THRESHOLDS = (0.5, 0.5, 0.5)
# What the four formulas tell apart, as labels: of a core that is not enhancing
# they do not say whether it is necrosis (1) or not (3).
OTHER, EDEMA, CORE, ENHANCING = 0, 2, 1, 4


def most_probable(probability):
    """Returns the label of highest probability.

    Args:
        probability: `(…, 5)`.

    Returns:
        uint8 labels `(…)`.
    """
    return np.argmax(probability, axis=-1).astype(np.uint8)


def four_formulas(probability, thresholds=THRESHOLDS):
    """Returns the label by the sums that the hierarchical Dice is made of.

    With p0 the probability of tumor, p1 that of its core and p2 that of enhancing
    tumor: other where p0 < t0; edema where p0 >= t0 and p1 < t1; core where also
    p1 >= t1 and p2 < t2; enhancing where all three are reached.

    Args:
        probability: `(…, 5)`.
        thresholds: t0, t1 and t2; chosen: the paper names no values.

    Returns:
        uint8 labels `(…)`: 0, 2, 1 or 4.

    Reference:
        Section 3.3, the four formulas, as its words have them.
    """
    p = np.asarray(probability)
    tumor = p[..., 1] + p[..., 2] + p[..., 3] + p[..., 4] >= thresholds[0]
    core = tumor & (p[..., 1] + p[..., 3] + p[..., 4] >= thresholds[1])
    enhancing = core & (p[..., 4] >= thresholds[2])
    conditions = [enhancing, core, tumor]
    labels = np.select(conditions, [ENHANCING, CORE, EDEMA], OTHER)
    return labels.astype(np.uint8)


def labels_of(probability, rule, thresholds=THRESHOLDS):
    """Returns the labels by one of the two ways.

    Args:
        probability: `(…, 5)`.
        rule: `"most_probable"` or `"four_formulas"`.
        thresholds: of the four formulas.
    """
    if rule == "most_probable":
        return most_probable(probability)
    return four_formulas(probability, thresholds)
