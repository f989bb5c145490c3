"""Cross-entropy of those pixels only that are not yet certain."""

import keras
from keras import ops

from common.losses.class_maps import (
    SMALLEST,
    class_probabilities,
    of_each_example,
    true_class,
)


@keras.saving.register_keras_serializable("braintumor")
class BootstrappedCrossEntropy(keras.losses.Loss):
    """The mean of -log p[y] over the pixels whose p[y] is below a threshold.

    The mean is over the kept pixels of the whole batch: easy pixels neither add to
    it nor lower it. It is no mean over examples.

    Args:
        threshold: pixels of at least this probability are left out.
        min_kept: how many of the hardest pixels of the batch are kept at least.
        name: the loss's name.

    Call arguments: labels `(batch, …, 1)`, integers from 0, and probabilities
    `(batch, …, classes)`. Every example's loss is the batch's: `(batch,)`.

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
        _, of_truth = true_class(y_true, probability)
        kept = ops.cast(self.kept(of_truth), probability.dtype)
        surprise = -ops.log(ops.maximum(of_truth, SMALLEST))
        mean = ops.sum(kept * surprise) / ops.maximum(ops.sum(kept), 1.0)
        return of_each_example(mean, y_pred)

    def kept(self, of_truth):
        """Tells which pixels count.

        Args:
            of_truth: the true class's probability, `(batch, …)`.

        Returns:
            Booleans of the same shape, which have no gradient.
        """
        kept = of_truth < self.threshold
        if self.min_kept:
            flat = ops.reshape(of_truth, (-1,))
            hardest = -ops.top_k(-flat, min(self.min_kept, flat.shape[0]))[0]
            kept = ops.logical_or(kept, of_truth <= hardest[-1])
        return kept

    def get_config(self):
        config = super().get_config()
        return {**config, "threshold": self.threshold, "min_kept": self.min_kept}
