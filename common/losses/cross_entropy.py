"""Cross-entropy of labels and class probabilities, plain or weighted."""

import keras
from keras import ops

from common.losses.class_maps import SMALLEST, class_probabilities, true_class


@keras.saving.register_keras_serializable("braintumor")
class LabelCrossEntropy(keras.losses.Loss):
    """The mean over pixels of -w[y] log p[y], y the true label.

    The sum is divided by the number of pixels, not by the sum of their weights.

    Args:
        weights: one a label, or None for the plain mean.
        name: the loss's name.

    Call arguments: labels `(batch, …, 1)`, integers from 0, and probabilities
    `(batch, …, classes)`. Every example has its own loss: `(batch,)`.
    """

    def __init__(self, weights=None, name="label_cross_entropy", **kwargs):
        super().__init__(name=name, **kwargs)
        self.weights = None if weights is None else tuple(weights)

    def call(self, y_true, y_pred):
        probability = class_probabilities(y_pred)
        truth, of_truth = true_class(y_true, probability)
        surprise = -ops.log(ops.maximum(of_truth, SMALLEST))
        if self.weights is not None:
            weights = ops.convert_to_tensor(self.weights, dtype=probability.dtype)
            surprise = surprise * ops.sum(truth * weights, axis=-1)
        return ops.mean(surprise, axis=tuple(range(1, len(surprise.shape))))

    def get_config(self):
        weights = None if self.weights is None else list(self.weights)
        return {**super().get_config(), "weights": weights}
