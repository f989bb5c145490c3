"""The Dice coefficient with squared probabilities in the denominator."""

from keras import ops


def squared_soft_dice(truth, probability, axes, epsilon=1e-5, smooth=0.0):
    """Dice as V-Net defines it: 2 sum(t p) / (sum(t) + sum(p^2) + epsilon).

    A class that is absent and not predicted has the coefficient 0, or 1 with `smooth`
    and without `epsilon`. Without either, the derivative with respect to one
    probability is `2 (t (sum(t) + sum(p^2)) - 2 p sum(t p)) / (sum(t) +
    sum(p^2))^2`.

    Args:
        truth: binary masks of any shape.
        probability: maps of the same shape, in [0, 1].
        axes: the axes summed over.
        epsilon: added to the denominator.
        smooth: added to numerator and denominator.

    Returns:
        The coefficient over the remaining axes.

    Example:

    >>> import numpy as np
    >>> truth = np.array([[1, 1, 0, 0]])
    >>> probability = np.array([[1.0, 0.5, 0.5, 0.0]])
    >>> dice = squared_soft_dice(truth, probability, axes=1, epsilon=0.0)
    >>> round(float(dice[0]), 4)  # 2 * 1.5 / (2 + 1.5)
    0.8571

    Reference:
        Milletari et al., "V-Net", 3DV 2016, section 3.
    """
    probability = ops.convert_to_tensor(probability)
    truth = ops.cast(truth, probability.dtype)
    overlap = ops.sum(truth * probability, axis=axes)
    total = ops.sum(truth, axis=axes) + ops.sum(ops.square(probability), axis=axes)
    return (2.0 * overlap + smooth) / (total + smooth + epsilon)
