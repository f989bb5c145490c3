"""The differentiable Dice coefficient."""

from keras import ops


def soft_dice(truth, probability, smooth=1.0, axes=(1, 2, 3)):
    """Dice of a probability map: 2 TP / (2 TP + FN + FP) with soft counts.

    True positives are the sum of truth times probability, so that 2 TP + FN + FP is
    the sum of the truth plus the sum of the probabilities.

    Args:
        truth: binary mask, `(batch, …, channels)`.
        probability: map of the same shape, in [0, 1].
        smooth: added to numerator and denominator, so that two empty masks agree.
        axes: the axes summed over; the default leaves one value per image.

    Returns:
        The coefficient over the remaining axes: `(batch,)` by default.

    Example:

    >>> import numpy as np
    >>> truth = np.array([[1, 1, 0, 0]])
    >>> probability = np.array([[1.0, 0.5, 0.5, 0.0]])
    >>> round(float(soft_dice(truth, probability, smooth=0.0, axes=1)[0]), 4)
    0.75
    """
    probability = ops.convert_to_tensor(probability)
    truth = ops.cast(truth, probability.dtype)
    overlap = ops.sum(truth * probability, axis=axes)
    total = ops.sum(truth, axis=axes) + ops.sum(probability, axis=axes)
    return (2.0 * overlap + smooth) / (total + smooth)
