"""Overlap of a binary prediction with the truth, from confusion counts.

Counts are separate from the scores computed from them: any convention can be applied
later, and pooled scores are the same functions of summed counts.
"""

import math
from typing import NamedTuple

import numpy as np


class Counts(NamedTuple):
    """Pixels or voxels by outcome: integers, or arrays of one shape.

    Args:
        tp: tumor in both prediction and truth.
        fp: tumor in the prediction only.
        fn: tumor in the truth only.
        tn: tumor in neither.
    """

    tp: int | np.ndarray
    fp: int | np.ndarray
    fn: int | np.ndarray
    tn: int | np.ndarray


def confusion(prediction, truth, axis=None):
    """Counts the outcomes, as in `dice(*confusion(prediction, truth))`.

    Args:
        prediction: binary mask of any shape; booleans, or zeros and ones.
        truth: binary mask of the same shape.
        axis: the axes to count over, as in NumPy: all by default, for one
            case; `(1, 2, 3)` for one count per image of a batch.

    Returns:
        `Counts` of integers, or of integer arrays over the remaining axes.

    Raises:
        ValueError: the shapes differ, or a value is neither 0 nor 1.

    Example:

    >>> counts = confusion(prediction=[1, 1, 0, 0], truth=[1, 0, 1, 0])
    >>> float(dice(*counts))
    0.5
    """
    prediction = _as_mask(prediction, "prediction")
    truth = _as_mask(truth, "truth")
    _check_shapes(prediction, truth)
    tp = np.count_nonzero(prediction & truth, axis=axis)
    fp = np.count_nonzero(prediction, axis=axis) - tp
    fn = np.count_nonzero(truth, axis=axis) - tp
    tn = np.count_nonzero(~truth, axis=axis) - fp
    return Counts(tp, fp, fn, tn)


# Every score takes all four counts, so that all are called alike.


def dice(tp, fp, fn, tn=0, empty=1.0):
    """Dice coefficient 2 TP / (2 TP + FP + FN), in [0, 1].

    Args:
        tp: true positives: numbers, or arrays of one shape for all four counts.
        fp: false positives.
        fn: false negatives.
        tn: true negatives, which Dice does not depend on.
        empty: the value where prediction and truth are both empty; NaN leaves
            such cases undefined.

    Returns:
        A float, or an array of the counts' shape.
    """
    twice = 2 * np.asarray(tp)
    return _ratio(twice, twice + fp + fn, empty)


def iou(tp, fp, fn, tn=0, empty=1.0):
    """Tumor intersection over union TP / (TP + FP + FN), in [0, 1].

    Args:
        tp: true positives: numbers, or arrays of one shape for all four counts.
        fp: false positives.
        fn: false negatives.
        tn: true negatives, which it does not depend on.
        empty: the value where prediction and truth are both empty.

    Returns:
        A float, or an array of the counts' shape.
    """
    return _ratio(tp, np.asarray(tp) + fp + fn, empty)


def mean_iou(tp, fp, fn, tn, empty=1.0):
    """Mean of the background's and the tumor's intersection over union.

    With counts summed over a data set, this equals `keras.metrics.BinaryIoU` of both
    classes, provided that both occur.

    Args:
        tp: true positives: numbers, or arrays of one shape for all four counts.
        fp: false positives.
        fn: false negatives.
        tn: true negatives.
        empty: the value of a class that is in neither prediction nor truth.

    Returns:
        A float, or an array of the counts' shape.
    """
    background = iou(tn, fn, fp, empty=empty)
    return (background + iou(tp, fp, fn, empty=empty)) / 2


def precision(tp, fp, fn, tn=0, empty=1.0, one_empty=math.nan):
    """Share of the predicted tumor that is tumor, TP / (TP + FP), in [0, 1].

    Args:
        tp: true positives: numbers, or arrays of one shape for all four counts.
        fp: false positives.
        fn: false negatives, which distinguish an empty truth from a missed one.
        tn: true negatives, which it does not depend on.
        empty: the value where prediction and truth are both empty.
        one_empty: the value where only the prediction is empty, 0 / 0.

    Returns:
        A float, or an array of the counts' shape.
    """
    nothing = np.asarray(tp) + fp + fn == 0
    return _ratio(tp, np.asarray(tp) + fp, np.where(nothing, empty, one_empty))


def sensitivity(tp, fp, fn, tn=0, empty=1.0, one_empty=math.nan):
    """Share of the tumor that is found, TP / (TP + FN), in [0, 1].

    Args:
        tp: true positives: numbers, or arrays of one shape for all four counts.
        fp: false positives, which distinguish an empty prediction from a wrong one.
        fn: false negatives.
        tn: true negatives, which it does not depend on.
        empty: the value where prediction and truth are both empty.
        one_empty: the value where only the truth is empty, 0 / 0.

    Returns:
        A float, or an array of the counts' shape.
    """
    return precision(tp, fn, fp, empty=empty, one_empty=one_empty)


recall = sensitivity


def specificity(tp, fp, fn, tn, empty=math.nan):
    """Share of the background that is left alone, TN / (TN + FP), in [0, 1].

    It says little without the voxels it is taken over: whole volumes give values near
    1 whatever the prediction, and slices that contain tumor give lower ones.

    Args:
        tp: true positives, which it does not depend on.
        fp: false positives: numbers, or arrays of one shape for all four counts.
        fn: false negatives, which it does not depend on.
        tn: true negatives.
        empty: the value where the truth has no background.

    Returns:
        A float, or an array of the counts' shape.
    """
    return _ratio(tn, np.asarray(tn) + fp, empty)


def soft_dice(probability, truth, smooth=0.0, empty=1.0):
    """Dice of a probability map, with sum(truth * probability) as the overlap.

    Args:
        probability: map of any shape, in [0, 1].
        truth: binary mask of the same shape.
        smooth: added to numerator and denominator.
        empty: the value where the denominator is zero: no tumor in the truth,
            zero probability everywhere, and no smoothing.

    Returns:
        A float.

    Raises:
        ValueError: the shapes differ, or a value of `truth` is neither 0 nor 1.
    """
    probability = np.asarray(probability)
    truth = _as_mask(truth, "truth")
    _check_shapes(probability, truth)
    # In float64, because half precision could not even count the pixels.
    overlap = np.sum(probability, where=truth, dtype=np.float64)
    total = np.sum(probability, dtype=np.float64) + np.count_nonzero(truth)
    return _ratio(2 * overlap + smooth, total + smooth, empty)


def _ratio(numerator, denominator, empty):
    denominator = np.asarray(denominator, np.float64)
    # Where the result is `empty` anyway, divide by 1.
    quotient = numerator / np.where(denominator == 0, 1.0, denominator)
    return np.where(denominator == 0, empty, quotient)[()]


def _as_mask(values, name):
    values = np.asarray(values)
    if values.dtype == bool:
        return values
    mask = values == 1
    # Otherwise a probability or label map would be counted as if it were a mask.
    if np.any(mask != values):
        raise ValueError(
            f"Expected a binary mask of zeros and ones as `{name}`. "
            f"Received: values from {values.min()} to {values.max()}"
        )
    return mask


def _check_shapes(prediction, truth):
    if prediction.shape != truth.shape:
        raise ValueError(
            "Expected prediction and truth of the same shape. "
            f"Received: {prediction.shape} and {truth.shape}"
        )
