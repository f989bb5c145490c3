"""Cross-entropy of only those pixels that are not yet certain."""

import keras
from keras import ops

from common.losses.class_maps import (
    MIN_PROBABILITY,
    class_probabilities,
    for_each_example,
    true_class,
)


@keras.saving.register_keras_serializable("braintumor")
class BootstrappedCrossEntropy(keras.losses.Loss):
    """The mean of -log p[y] over the pixels whose p[y] is below a threshold.

    The mean runs over the kept pixels of the whole batch, so easy pixels neither add
    to it nor dilute it. It is not a mean over examples.

    Args:
        threshold: pixels whose p[y] is at least this are left out.
        min_kept: minimum number of pixels to keep, the hardest of the batch.
        name: the loss's name.
        **kwargs: arguments of `keras.losses.Loss`.

    Input shape:
        Labels `(batch, …, 1)`, integers from 0, and probabilities
        `(batch, …, classes)`.

    Output shape:
        `(batch,)`, where each example has the loss of the whole batch.

    Example:

    >>> labels = [[[0], [1], [1]]]
    >>> probability = [[[0.95, 0.05], [0.5, 0.5], [0.75, 0.25]]]
    >>> loss = BootstrappedCrossEntropy(threshold=0.9)
    >>> round(float(loss(labels, probability)), 4)  # (-log(0.5) - log(0.25)) / 2
    1.0397

    Reference:
        Wu, Shen & van den Hengel, "Bridging category-level and instance-level
        semantic image segmentation", 2016.
    """

    def __init__(
        self, threshold=0.9, min_kept=0, name="bootstrapped_cross_entropy", **kwargs
    ):
        super().__init__(name=name, **kwargs)
        self.threshold = threshold
        self.min_kept = min_kept

    def call(self, y_true, y_pred):
        probability = class_probabilities(y_pred)
        _, true_probability = true_class(y_true, probability)
        kept = ops.cast(self.kept(true_probability), probability.dtype)
        surprisal = -ops.log(ops.maximum(true_probability, MIN_PROBABILITY))
        mean = ops.sum(kept * surprisal) / ops.maximum(ops.sum(kept), 1.0)
        return for_each_example(mean, y_pred)

    def kept(self, true_probability):
        """Returns which pixels count.

        Args:
            true_probability: of each pixel's true class, `(batch, …)`.

        Returns:
            Booleans of the same shape, which have no gradient.
        """
        kept = true_probability < self.threshold
        if self.min_kept:
            flat = ops.reshape(true_probability, (-1,))
            hardest = -ops.top_k(-flat, min(self.min_kept, flat.shape[0]))[0]
            kept = ops.logical_or(kept, true_probability <= hardest[-1])
        return kept

    def get_config(self):
        config = super().get_config()
        return {**config, "threshold": self.threshold, "min_kept": self.min_kept}
