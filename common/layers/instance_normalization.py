"""Instance normalization with epsilon on the deviation, followed by a leaky ReLU."""

import keras
from keras import layers, ops

from common.layers import fast_paths


@keras.saving.register_keras_serializable("braintumor")
class InstanceNormalization(layers.Layer):
    """Normalizes each channel of each example on its own, then applies a leaky ReLU.

    `(x - mean) / (deviation + epsilon) * gamma + beta`, in training and in
    prediction alike. `keras.layers.GroupNormalization(groups=-1)` has the same
    weights but adds epsilon to the variance. A constant channel becomes beta, and
    its gradient is zero, not undefined as that of a plain square root.

    Statistics are float32 under mixed precision, too. On TensorFlow the layer has
    its own gradient, which keeps nothing but the input: a quarter of the memory that
    the plain operations and a `LeakyReLU` keep.

    Args:
        epsilon: added to the deviation.
        negative_slope: of the leaky ReLU on the result; 1 for none.
        **kwargs: arguments of `keras.layers.Layer`.

    Input shape:
        `(batch, …, channels)` with at least one axis in between.

    Output shape:
        The input's shape.

    Raises:
        ValueError: `epsilon` or `negative_slope` is not positive, or the input has
            no axis between examples and channels.

    Example:

    >>> x = keras.ops.reshape(keras.ops.array([1.0, 2.0, 3.0]), (1, 3, 1))
    >>> y = InstanceNormalization(epsilon=1e-6, negative_slope=0.1)(x)
    >>> [round(float(value), 3) for value in y[0, :, 0]]
    [-0.122, 0.0, 1.225]

    Reference:
        Ulyanov et al., "Instance Normalization", 2016; epsilon is added where
        keras_contrib's layer adds it.
    """

    def __init__(self, epsilon=1e-3, negative_slope=1.0, **kwargs):
        super().__init__(**kwargs)
        if epsilon <= 0 or negative_slope <= 0:
            raise ValueError(
                "Expected positive `epsilon` and `negative_slope`. "
                f"Received: epsilon={epsilon}, negative_slope={negative_slope}"
            )
        self.epsilon = epsilon
        self.negative_slope = negative_slope

    def build(self, input_shape):
        if len(input_shape) < 3:
            raise ValueError(
                "Expected an input of at least three axes, the first of examples, "
                f"the last of channels. Received: input_shape={input_shape}"
            )
        channels = input_shape[-1:]
        self.gamma = self.add_weight(channels, "ones", name="gamma")
        self.beta = self.add_weight(channels, "zeros", name="beta")

    def call(self, inputs):
        # Half precision has too small a range for the squares, and too few digits.
        wide = "float64" if self.compute_dtype == "float64" else "float32"
        gamma, beta = (
            ops.convert_to_tensor(w, dtype=wide) for w in (self.gamma, self.beta)
        )
        fast = fast_paths.instance_normalization
        normalize = fast.normalize if fast else plain_normalize
        return normalize(inputs, gamma, beta, self.epsilon, self.negative_slope)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = super().get_config()
        return {
            **config,
            "epsilon": self.epsilon,
            "negative_slope": self.negative_slope,
        }


def plain_normalize(x, gamma, beta, epsilon, negative_slope):
    """Computes the layer's formula by operations that every backend has.

    Args:
        x: `(batch, …, channels)`.
        gamma: `(channels,)`, the scale, of the type in which to compute.
        beta: `(channels,)`, the offset.
        epsilon: added to the deviation.
        negative_slope: of the leaky ReLU on the result.

    Returns:
        `(batch, …, channels)`, of the input's type.
    """
    dtype, x = x.dtype, ops.cast(x, gamma.dtype)
    axes = tuple(range(1, len(x.shape) - 1))
    centered = x - ops.mean(x, axis=axes, keepdims=True)
    variance = ops.mean(ops.square(centered), axis=axes, keepdims=True)
    # The square root has no derivative at 0, so a constant channel must bypass it.
    varies = variance > 0
    deviation = ops.where(varies, ops.sqrt(ops.where(varies, variance, 1.0)), 0.0)
    y = centered / (deviation + epsilon) * gamma + beta
    return ops.cast(ops.where(y > 0, y, negative_slope * y), dtype)
