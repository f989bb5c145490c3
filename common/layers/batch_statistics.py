"""Batch normalization by the batch's own statistics, and the PReLU after it."""

import keras
from keras import layers, ops

from common.layers.fusion import is_fusion_allowed

# Below this many values the plain operations stay within the processor's cache,
# and compiling for one more shape costs more than it gains.
FUSED_FROM = 1 << 20


@keras.saving.register_keras_serializable("braintumor")
class BatchStatisticsPReLU(layers.Layer):
    """Batch normalization that never uses moving statistics, then PReLU.

    Mean and (biased) variance are those of the batch at hand over all axes but
    the channels, in training and in prediction: an example's output depends on
    the examples beside it. PReLU has one slope a channel, 0 at first.

    On TensorFlow, a large float32 input of known shape is normalized by kernels
    that XLA fuses (`fused_prelu`): three passes over memory where the plain
    operations make about fifteen.

    Args:
        epsilon: added to the variance.
        fused: whether the fused kernels may be used.
        **kwargs: those of `keras.layers.Layer`.

    Call arguments: features, `(batch, …, channels)`.
    """

    def __init__(self, epsilon=1e-5, fused=True, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon
        self.fused = fused

    def build(self, input_shape):
        channels = input_shape[-1:]
        self.beta = self.add_weight(channels, "zeros", name="beta")
        self.gamma = self.add_weight(channels, "ones", name="gamma")
        self.alpha = self.add_weight(channels, "zeros", name="alpha")

    def call(self, inputs):
        parameters = self.gamma, self.beta, self.alpha, self.epsilon
        if self.fused and is_fusible(inputs):
            return fused_prelu(inputs, *parameters)
        return plain_prelu(inputs, *parameters)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = super().get_config()
        return {**config, "epsilon": self.epsilon, "fused": self.fused}


def plain_prelu(x, gamma, beta, alpha, epsilon):
    """Normalizes `(batch, …, channels)` and applies PReLU, on every backend."""
    mean, variance = ops.moments(x, tuple(range(len(x.shape) - 1)))
    x = ops.batch_normalization(x, mean, variance, -1, beta, gamma, epsilon)
    return ops.relu(x) - alpha * ops.relu(-x)


def is_fusible(x):
    """Tells whether `fused_prelu` takes this input, and is worth it."""
    if keras.config.backend() != "tensorflow" or x.dtype != "float32":
        return False
    if not is_fusion_allowed() or not x.shape.is_fully_defined():
        return False
    return x.shape.num_elements() >= FUSED_FROM


if keras.config.backend() == "tensorflow":
    import tensorflow as tf

    def fused_prelu(x, gamma, beta, alpha, epsilon):
        """`plain_prelu` by fused kernels, its gradient too; float32, static shape."""

        @tf.custom_gradient
        def fused(x, gamma, beta, alpha):
            y, mean, scale = _forward(x, gamma, beta, alpha, epsilon)

            def gradient(dy):
                return _backward(x, dy, mean, scale, gamma, beta, alpha)

            return y, gradient

        # Flat, so that patches of equal size but other sides share their kernels.
        flat = tf.reshape(x, (-1, x.shape[-1]))
        y = fused(flat, *map(tf.convert_to_tensor, (gamma, beta, alpha)))
        return tf.reshape(y, x.shape)

    def _blocks(x):
        """Cuts `(pixels, channels)` into a few blocks of `(rows, lanes)`.

        Lanes are the channels of some pixels side by side, about 512 values, and
        the sum over the blocks is written out term by term: XLA turns both into
        vector instructions, where its plain sum over pixels is scalar.
        """
        pixels, channels = x.shape
        side_by_side = _largest_divisor(pixels, max(512 // channels, 1))
        count = _largest_divisor(pixels // side_by_side, 10)
        x = tf.reshape(x, (count, -1, side_by_side * channels))
        return [x[i] for i in range(count)]

    def _largest_divisor(number, limit):
        return next(n for n in range(limit, 0, -1) if number % n == 0)

    def _tiled(block, *vectors):
        """Repeats vectors of channels along the lanes of a block."""
        return [tf.tile(v, [block.shape[-1] // v.shape[0]]) for v in vectors]

    def _total(terms, channels):
        """Sums terms `(rows, lanes)`, one a block, over all but the channels."""
        lanes = tf.reduce_sum(tf.add_n(terms), axis=0)
        return tf.reduce_sum(tf.reshape(lanes, (-1, channels)), axis=0)

    @tf.function(jit_compile=True, autograph=False)
    def _forward(x, gamma, beta, alpha, epsilon):
        channels = x.shape[-1]
        count = x.shape.num_elements() // channels
        blocks = _blocks(x)
        mean = _total(blocks, channels) / count
        (center,) = _tiled(blocks[0], mean)
        squares = [tf.square(block - center) for block in blocks]
        scale = tf.math.rsqrt(_total(squares, channels) / count + epsilon)
        y = x * (gamma * scale) + (beta - gamma * scale * mean)
        return tf.where(y > 0, y, alpha * y), mean, scale

    @tf.function(jit_compile=True, autograph=False)
    def _backward(x, dy, mean, scale, gamma, beta, alpha):
        channels = x.shape[-1]
        count = x.shape.num_elements() // channels

        def through_prelu(x, dy, mean, scale, gamma, beta, alpha):
            """Normalized input, PReLU's input, and the gradient of that."""
            unit = (x - mean) * scale
            y = unit * gamma + beta
            return unit, y, tf.where(y > 0, dy, alpha * dy)

        blocks, dy_blocks = _blocks(x), _blocks(dy)
        tiled = _tiled(blocks[0], mean, scale, gamma, beta, alpha)
        terms = [
            through_prelu(*pair, *tiled) for pair in zip(blocks, dy_blocks, strict=True)
        ]
        dbeta = _total([d for _, _, d in terms], channels)
        dgamma = _total([d * unit for unit, _, d in terms], channels)
        dalpha = _total(
            [
                tf.minimum(y, 0) * d
                for (_, y, _), d in zip(terms, dy_blocks, strict=True)
            ],
            channels,
        )
        unit, _, d = through_prelu(x, dy, mean, scale, gamma, beta, alpha)
        dx = gamma * scale * (d - dbeta / count - unit * (dgamma / count))
        return dx, dgamma, dbeta, dalpha
