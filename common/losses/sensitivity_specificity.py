"""Squared errors inside and outside a region, balanced."""

import keras
from keras import ops

from common.losses.class_maps import (
    class_probabilities,
    for_each_example,
    region_maps,
)


@keras.saving.register_keras_serializable("braintumor")
class SensitivitySpecificity(keras.losses.Loss):
    """The mean over regions of l sensitivity error + (1 - l) specificity error.

    Each is a mean squared error, over the region's pixels or over all others:
    `sum((r - p)^2 r) / (sum(r) + epsilon)`, and the same with `1 - r`.

    Args:
        regions: one tuple of labels per region.
        sensitivity: the share l.
        epsilon: added to both denominators.
        name: the loss's name.
        **kwargs: arguments of `keras.losses.Loss`.

    Input shape:
        Labels `(batch, …, 1)`, integers from 0, and probabilities
        `(batch, …, classes)`.

    Output shape:
        `(batch,)`. Sums run over the whole batch, and each example has its loss.

    Example:

    >>> labels = [[[1], [0]]]
    >>> probability = [[[0.5, 0.5], [0.9, 0.1]]]
    >>> loss = SensitivitySpecificity(sensitivity=0.5)
    >>> round(float(loss(labels, probability)), 4)  # (0.5 ** 2 + 0.1 ** 2) / 2
    0.13

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
        losses = ops.stack([self._region_loss(*pair) for pair in maps])
        return for_each_example(ops.mean(losses), y_pred)

    def _region_loss(self, truth, probability):
        error = ops.square(truth - probability)
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
