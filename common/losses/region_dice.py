"""The Dice loss of regions, each a set of labels, over a whole batch."""

import keras
from keras import ops

from common.losses.class_maps import (
    class_probabilities,
    of_each_example,
    region_maps,
)
from common.losses.dice import soft_dice
from common.losses.squared_dice import squared_soft_dice

FORMS = ("two_term", "plain", "squared")


@keras.saving.register_keras_serializable("braintumor")
class RegionDice(keras.losses.Loss):
    """The mean over regions of a Dice loss.

    The probability of a region is the sum of its labels' probabilities. Sums run
    over the whole batch, in which a region that slices lack has voxels still.

    Args:
        regions: tuples of labels, the labels of each region.
        form: `"two_term"` (`two_term_dice`), `"plain"` (one minus Dice) or
            `"squared"` (the same with squared probabilities in the denominator).
        epsilon: added to each numerator and denominator.
        name: the loss's name.

    Call arguments: labels `(batch, …, 1)`, integers from 0, and probabilities
    `(batch, …, classes)`. Every example's loss is the batch's: `(batch,)`.

    Raises:
        ValueError: there is no such form.
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
        total = sum(self._of_region(truth, found) for truth, found in maps)
        return of_each_example(total / len(self.regions), y_pred)

    def _of_region(self, truth, found):
        axes = tuple(range(len(found.shape)))
        if self.form == "two_term":
            return two_term_dice(truth, found, self.epsilon)
        if self.form == "plain":
            return 1.0 - soft_dice(truth, found, self.epsilon, axes)
        dice = squared_soft_dice(truth, found, axes, 0.0, self.epsilon)
        return 1.0 - dice

    def get_config(self):
        return {
            **super().get_config(),
            "regions": [list(region) for region in self.regions],
            "form": self.form,
            "epsilon": self.epsilon,
        }


def two_term_dice(truth, probability, epsilon=1e-5):
    """The Dice loss with a term of the region and one of all that is outside.

    `1 - (sum(p r) + e) / (sum(p + r) + e) - (sum((1-p)(1-r)) + e) / (sum(2-p-r) + e)`

    Args:
        truth: binary mask r of any shape.
        probability: map p of the same shape, in [0, 1].
        epsilon: e; it leaves -1/2 for an empty region that is not found.

    Returns:
        One number, 0 for a perfect map.

    Reference:
        Sudre et al. 2017, equation (3).
    """
    one = (ops.sum(probability * truth) + epsilon) / (
        ops.sum(probability + truth) + epsilon
    )
    other = (ops.sum((1.0 - probability) * (1.0 - truth)) + epsilon) / (
        ops.sum(2.0 - probability - truth) + epsilon
    )
    return 1.0 - one - other
