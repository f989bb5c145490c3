"""Squared errors in a region and outside of it, balanced."""

import keras
from keras import ops

from common.losses.class_maps import (
    class_probabilities,
    of_each_example,
    region_maps,
)


@keras.saving.register_keras_serializable("braintumor")
class SensitivitySpecificity(keras.losses.Loss):
    """The mean over regions of l sensitivity error + (1 - l) specificity error.

    Either is the mean squared error, of the region's pixels or of the others:
    `sum((r - p)^2 r) / (sum(r) + epsilon)`, and the same with `1 - r`.

    Args:
        regions: tuples of labels, the labels of each region.
        sensitivity: the share l.
        epsilon: added to both denominators.
        name: the loss's name.

    Call arguments: labels `(batch, …, 1)`, integers from 0, and probabilities
    `(batch, …, classes)`. Sums are over the whole batch, and every example's loss
    is the batch's: `(batch,)`.

    Reference:
        Brosch et al. 2015; Sudre et al. 2017, equation (2).
    """

    def __init__(
        self,
        regions=((1,),),
        sensitivity=0.05,
        epsilon=1e-5,
        name="sensitivity_specificity",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        self.regions = tuple(map(tuple, regions))
        self.sensitivity = sensitivity
        self.epsilon = epsilon

    def call(self, y_true, y_pred):
        maps = region_maps(y_true, class_probabilities(y_pred), self.regions)
        total = sum(self._of_region(truth, found) for truth, found in maps)
        return of_each_example(total / len(self.regions), y_pred)

    def _of_region(self, truth, found):
        error = ops.square(truth - found)
        inside, outside = (
            ops.sum(error * where) / (ops.sum(where) + self.epsilon)
            for where in (truth, 1.0 - truth)
        )
        return self.sensitivity * inside + (1.0 - self.sensitivity) * outside

    def get_config(self):
        return {
            **super().get_config(),
            "regions": [list(region) for region in self.regions],
            "sensitivity": self.sensitivity,
            "epsilon": self.epsilon,
        }
