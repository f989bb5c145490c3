"""The Dice loss of regions, each a set of labels, over a whole batch."""

import keras
from keras import ops

from common.losses.class_maps import (
    class_probabilities,
    for_each_example,
    region_maps,
)
from common.losses.dice import soft_dice
from common.losses.squared_dice import squared_soft_dice

FORMS = ("two_term", "plain", "squared")


@keras.saving.register_keras_serializable("braintumor")
class RegionDice(keras.losses.Loss):
    """The mean over regions of a Dice loss.

    The probability of a region is the sum of its labels' probabilities. Sums run over
    the whole batch: a region may have voxels there although single slices lack it.

    Args:
        regions: one tuple of labels per region.
        form: `"two_term"` (`two_term_dice`), `"plain"` (one minus Dice) or
            `"squared"` (the same with squared probabilities in the denominator).
        epsilon: added to each numerator and denominator.
        name: the loss's name.
        **kwargs: arguments of `keras.losses.Loss`.

    Input shape:
        Labels `(batch, …, 1)`, integers from 0, and probabilities
        `(batch, …, classes)`.

    Output shape:
        `(batch,)`, where each example has the loss of the whole batch.

    Raises:
        ValueError: there is no such form.

    Example:

    >>> labels = [[[0], [1], [2]]]
    >>> probability = [[[1.0, 0.0, 0.0], [0.0, 0.5, 0.5], [0.0, 0.0, 1.0]]]
    >>> whole, core = (1, 2), (2,)
    >>> loss = RegionDice((whole, core), form="plain")
    >>> round(float(loss(labels, probability)), 4)  # the mean of 0 and 1 - 2 / 2.5
    0.1
    """

    def __init__(
        self,
        regions=((1,),),
        form="two_term",
        epsilon=1e-5,
        name="region_dice",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        if form not in FORMS:
            raise ValueError(
                f"Argument `form` must be one of {FORMS}. Received: form={form}"
            )
        self.regions = tuple(map(tuple, regions))
        self.form = form
        self.epsilon = epsilon

    def call(self, y_true, y_pred):
        maps = region_maps(y_true, class_probabilities(y_pred), self.regions)
        losses = ops.stack([self._region_loss(*pair) for pair in maps])
        return for_each_example(ops.mean(losses), y_pred)

    def _region_loss(self, truth, probability):
        axes = tuple(range(len(probability.shape)))
        if self.form == "two_term":
            return two_term_dice(truth, probability, self.epsilon)
        if self.form == "plain":
            return 1.0 - soft_dice(truth, probability, self.epsilon, axes)
        dice = squared_soft_dice(truth, probability, axes, 0.0, self.epsilon)
        return 1.0 - dice

    def get_config(self):
        return {
            **super().get_config(),
            "regions": [list(region) for region in self.regions],
            "form": self.form,
            "epsilon": self.epsilon,
        }


def two_term_dice(truth, probability, epsilon=1e-5):
    """The Dice loss with one term for the region and one for everything outside it.

    `1 - (sum(p r) + e) / (sum(p + r) + e) - (sum((1-p)(1-r)) + e) / (sum(2-p-r) + e)`

    Args:
        truth: binary mask r of any shape.
        probability: map p of the same shape, in [0, 1].
        epsilon: e; an empty region that is not predicted gives -1/2.

    Returns:
        One number, 0 for a perfect map.

    Example:

    >>> import numpy as np
    >>> truth = np.array([1.0, 1.0, 0.0, 0.0])
    >>> round(float(two_term_dice(truth, truth, epsilon=0.0)), 4)
    0.0
    >>> round(float(two_term_dice(truth, 1.0 - truth, epsilon=0.0)), 4)
    1.0

    Reference:
        Sudre et al. 2017, equation (3).
    """
    inside = (ops.sum(probability * truth) + epsilon) / (
        ops.sum(probability + truth) + epsilon
    )
    outside = (ops.sum((1.0 - probability) * (1.0 - truth)) + epsilon) / (
        ops.sum(2.0 - probability - truth) + epsilon
    )
    return 1.0 - inside - outside
