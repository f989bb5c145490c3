"""Cross-entropy of labels and class probabilities, plain or weighted."""

import keras
from keras import ops

from common.losses.class_maps import MIN_PROBABILITY, class_probabilities, true_class


@keras.saving.register_keras_serializable("braintumor")
class LabelCrossEntropy(keras.losses.Loss):
    """The mean over pixels of -w[y] log p[y], where y is the true label.

    The sum is divided by the number of pixels, not by the sum of their weights.

    Args:
        weights: one per label, or None for the plain mean.
        name: the loss's name.
        **kwargs: arguments of `keras.losses.Loss`.

    Input shape:
        Labels `(batch, …, 1)`, integers from 0, and probabilities
        `(batch, …, classes)`.

    Output shape:
        `(batch,)`.

    Example:

    >>> labels = [[[0], [1]]]
    >>> probability = [[[0.5, 0.5], [0.75, 0.25]]]
    >>> round(float(LabelCrossEntropy()(labels, probability)), 4)
    1.0397
    >>> round(float(LabelCrossEntropy((1.0, 2.0))(labels, probability)), 4)
    1.7329
    """

    def __init__(self, weights=None, name="label_cross_entropy", **kwargs):
        super().__init__(name=name, **kwargs)
        self.weights = None if weights is None else tuple(weights)

    def call(self, y_true, y_pred):
        probability = class_probabilities(y_pred)
        truth, true_probability = true_class(y_true, probability)
        surprisal = -ops.log(ops.maximum(true_probability, MIN_PROBABILITY))
        if self.weights is not None:
            weights = ops.convert_to_tensor(self.weights, dtype=probability.dtype)
            surprisal = surprisal * ops.sum(truth * weights, axis=-1)
        return ops.mean(surprisal, axis=tuple(range(1, len(surprisal.shape))))

    def get_config(self):
        weights = None if self.weights is None else list(self.weights)
        return {**super().get_config(), "weights": weights}
