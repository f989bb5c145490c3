"""Instance normalization with epsilon on the deviation, and the leaky ReLU after it."""

import math

import keras
from keras import layers, ops

from common.layers.fusion import is_fusion_allowed

# Below this many values fusing gains less than compiling for one more shape costs.
FUSED_FROM = 1 << 18


@keras.saving.register_keras_serializable("braintumor")
class InstanceNormalization(layers.Layer):
    """Each channel of each example by its own mean and deviation, then leaky ReLU.

    `(x - mean) / (deviation + epsilon) * gamma + beta`, in training and in
    prediction. `keras.layers.GroupNormalization(groups=-1)` has the same weights,
    but adds epsilon to the variance. A constant channel becomes beta, and its
    gradient is zero and not undefined as that of a plain square root.

    Statistics are float32 under mixed precision, too. On TensorFlow the layer has
    its own gradient, which keeps the input and nothing else: three quarters less
    memory than the plain operations and a `LeakyReLU` keep.

    Args:
        epsilon: added to the deviation.
        negative_slope: of the leaky ReLU on the result; 1 for none.
        **kwargs: those of `keras.layers.Layer`.

    Call arguments: features, `(batch, …, channels)`.

    Raises:
        ValueError: `epsilon` or `negative_slope` is not positive, or the input has
            no axis between examples and channels.

    Reference:
        Ulyanov et al., "Instance Normalization", 2016; the place of epsilon is that
        of keras_contrib's layer.
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
        # Half precision has neither the range of the squares nor their digits.
        wide = "float64" if self.compute_dtype == "float64" else "float32"
        gamma, beta = (
            ops.convert_to_tensor(w, dtype=wide) for w in (self.gamma, self.beta)
        )
        normalize = plain_normalize
        if keras.config.backend() == "tensorflow":
            normalize = lean_normalize
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
    """The layer's formula in plain operations, for every backend."""
    given, x = x.dtype, ops.cast(x, gamma.dtype)
    axes = tuple(range(1, len(x.shape) - 1))
    centered = x - ops.mean(x, axis=axes, keepdims=True)
    variance = ops.mean(ops.square(centered), axis=axes, keepdims=True)
    # The square root has no derivative at 0: a constant channel never meets it.
    varies = variance > 0
    deviation = ops.where(varies, ops.sqrt(ops.where(varies, variance, 1.0)), 0.0)
    y = centered / (deviation + epsilon) * gamma + beta
    return ops.cast(ops.where(y > 0, y, negative_slope * y), given)


if keras.config.backend() == "tensorflow":
    import tensorflow as tf

    def lean_normalize(x, gamma, beta, epsilon, negative_slope):
        """`plain_normalize` whose gradient keeps only the input."""
        forward, backward = _forward, _backward
        known = x.shape.is_fully_defined() and is_fusion_allowed()
        if known and x.shape.num_elements() >= FUSED_FROM:
            forward, backward = _fused_forward, _fused_backward

        @tf.custom_gradient
        def normalize(x, gamma, beta):
            y, mean, deviation = forward(x, gamma, beta, epsilon, negative_slope)

            def gradient(dy):
                given = x, dy, mean, deviation, gamma, beta
                return backward(*given, epsilon, negative_slope)

            return y, gradient

        # Tensors: a variable in sight would need a gradient of its own.
        x, gamma, beta = map(tf.convert_to_tensor, (x, gamma, beta))
        row = _voxels_in_a_row(x.shape) * x.shape[-1]
        rows = tf.reshape(x, (tf.shape(x)[0], -1, row))
        return tf.reshape(normalize(rows, gamma, beta), tf.shape(x))

    def _voxels_in_a_row(shape):
        """Returns how many voxels side by side make rows of about 512 values.

        TensorFlow's sums and broadcasts over rows of a few channels are several
        times slower than over long ones.
        """
        if not shape[1:].is_fully_defined():
            return 1
        voxels, most = math.prod(shape[1:-1]), max(512 // shape[-1], 1)
        return next(n for n in range(most, 0, -1) if voxels % n == 0)

    def _mean(rows, channels):
        """Returns means `(batch, 1, channels)` of `(batch, rows, voxels·channels)`."""
        means = tf.reduce_mean(rows, axis=1)
        by_voxel = tf.reshape(means, (tf.shape(means)[0], -1, channels))
        return tf.reduce_mean(by_voxel, axis=1, keepdims=True)

    def _spread(values, rows):
        """Repeats `(batch, 1, channels)` along rows."""
        return tf.tile(values, [1, 1, rows.shape[-1] // values.shape[-1]])

    def _forward(x, gamma, beta, epsilon, negative_slope):
        rows, channels = tf.cast(x, gamma.dtype), gamma.shape[0]
        mean = _mean(rows, channels)
        squares = tf.math.squared_difference(rows, _spread(mean, rows))
        deviation = tf.sqrt(_mean(squares, channels))
        scale = gamma / (deviation + epsilon)
        y = rows * _spread(scale, rows) + _spread(beta - mean * scale, rows)
        y = tf.where(y > 0, y, negative_slope * y)
        return tf.cast(y, x.dtype), mean, deviation

    def _backward(x, dy, mean, deviation, gamma, beta, epsilon, negative_slope):
        rows, channels = tf.cast(x, gamma.dtype), gamma.shape[0]
        width = deviation + epsilon
        scale = gamma / width
        # Summed as forward, so that both agree on which side of 0 a voxel is.
        y = rows * _spread(scale, rows) + _spread(beta - mean * scale, rows)
        dy = tf.cast(dy, gamma.dtype)
        dy = tf.where(y > 0, dy, negative_slope * dy)
        centered = rows - _spread(mean, rows)
        dy_mean, product_mean = _mean(dy, channels), _mean(dy * centered, channels)
        # The deviation alone, not epsilon, depends on the input.
        share = tf.math.divide_no_nan(product_mean, deviation * width)
        inner = dy - _spread(dy_mean, rows) - centered * _spread(share, rows)
        dx = _spread(scale, rows) * inner
        voxels = tf.size(rows) // tf.size(mean)
        dgamma, dbeta = (
            tf.reduce_sum(means, (0, 1)) * tf.cast(voxels, gamma.dtype)
            for means in (product_mean / width, dy_mean)
        )
        return tf.cast(dx, x.dtype), dgamma, dbeta

    _fused_forward, _fused_backward = (
        tf.function(function, jit_compile=True, autograph=False)
        for function in (_forward, _backward)
    )
