"""Batch normalization by the batch's own statistics, followed by PReLU."""

import keras
from keras import layers, ops

from common.layers import fast_paths


@keras.saving.register_keras_serializable("braintumor")
class BatchStatisticsPReLU(layers.Layer):
    """Batch normalization that never uses moving statistics, followed by PReLU.

    Mean and (biased) variance are those of the current batch over all axes but the
    channels, in training and in prediction alike: the output for one example depends
    on the other examples of its batch. PReLU has one slope per channel, 0 initially.

    On TensorFlow, a large float32 input of known shape is normalized by kernels that
    XLA compiles: three passes over memory where the plain operations make about
    fifteen.

    Args:
        epsilon: added to the variance.
        xla: whether kernels compiled by XLA may be used.
        **kwargs: arguments of `keras.layers.Layer`.

    Input shape:
        `(batch, …, channels)`.

    Output shape:
        The input's shape.

    Example:

    >>> x = keras.ops.reshape(keras.ops.arange(6, dtype="float32"), (3, 2))
    >>> y = BatchStatisticsPReLU()(x)
    >>> [[round(float(value), 2) for value in row] for row in y]
    [[0.0, 0.0], [0.0, 0.0], [1.22, 1.22]]
    """

    def __init__(self, epsilon=1e-5, xla=True, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon
        self.xla = xla

    def build(self, input_shape):
        channels = input_shape[-1:]
        self.beta = self.add_weight(channels, "zeros", name="beta")
        self.gamma = self.add_weight(channels, "ones", name="gamma")
        self.alpha = self.add_weight(channels, "zeros", name="alpha")

    def call(self, inputs):
        parameters = self.gamma, self.beta, self.alpha, self.epsilon
        fast = fast_paths.batch_statistics
        if self.xla and fast and fast.accepts(inputs):
            return fast.normalize_prelu(inputs, *parameters)
        return plain_prelu(inputs, *parameters)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = super().get_config()
        return {**config, "epsilon": self.epsilon, "xla": self.xla}


def plain_prelu(x, gamma, beta, alpha, epsilon):
    """Normalizes and applies PReLU by operations that every backend has.

    Args:
        x: `(batch, …, channels)`.
        gamma: `(channels,)`, the scale.
        beta: `(channels,)`, the offset.
        alpha: `(channels,)`, PReLU's slopes.
        epsilon: added to the variance.

    Returns:
        `(batch, …, channels)`.
    """
    mean, variance = moments(x, tuple(range(len(x.shape) - 1)))
    x = ops.batch_normalization(x, mean, variance, -1, beta, gamma, epsilon)
    return ops.relu(x) - alpha * ops.relu(-x)


def moments(x, axes):
    """Mean and variance, with the right derivatives of every order.

    Args:
        x: a tensor.
        axes: those over which both are taken.

    Returns:
        `(mean, variance)`; the variance is the biased one.
    """
    mean, variance = ops.moments(x, axes)
    if keras.config.backend() == "tensorflow":
        # There, the variance is that around a constant. Its first derivative is the
        # same; the second lacks this term, whose value and gradient are 0.
        variance = variance - ops.square(mean - ops.stop_gradient(mean))
    return mean, variance
