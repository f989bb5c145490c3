"""Batch normalization by batch statistics and PReLU, in kernels that XLA compiles."""

import tensorflow as tf

from common.layers.tensorflow.xla import is_xla_allowed

# Below this many values the plain operations stay within the processor's cache,
# and compiling for one more shape costs more than it gains.
MIN_VALUES = 1 << 20


def accepts(x):
    """Whether `normalize_prelu` takes this input and pays off."""
    if x.dtype != "float32":
        return False
    if not is_xla_allowed() or not x.shape.is_fully_defined():
        return False
    return x.shape.num_elements() >= MIN_VALUES


def normalize_prelu(x, gamma, beta, alpha, epsilon):
    """`plain_prelu` in compiled kernels, and so is its gradient.

    Args:
        x: `(batch, …, channels)`, float32, of a static shape.
        gamma: `(channels,)`, the scale.
        beta: `(channels,)`, the offset.
        alpha: `(channels,)`, PReLU's slopes.
        epsilon: added to the variance.

    Returns:
        `(batch, …, channels)`.
    """

    @tf.custom_gradient
    def compiled(x, gamma, beta, alpha):
        y, mean, scale = _forward(x, gamma, beta, alpha, epsilon)

        def gradient(dy):
            return _backward(x, dy, mean, scale, gamma, beta, alpha)

        return y, gradient

    # Flat, so that patches of equal size but different sides share their kernels.
    flat = tf.reshape(x, (-1, x.shape[-1]))
    y = compiled(flat, *map(tf.convert_to_tensor, (gamma, beta, alpha)))
    return tf.reshape(y, x.shape)


def _blocks(x):
    """Cuts `(pixels, channels)` into a few blocks of `(rows, lanes)`.

    Lanes are the channels of several adjacent pixels, about 512 values, and the sum
    over the blocks is written out term by term: XLA turns both into vector
    instructions, whereas its plain sum over pixels is scalar.
    """
    pixels, channels = x.shape
    adjacent = _largest_divisor(pixels, max(512 // channels, 1))
    count = _largest_divisor(pixels // adjacent, 10)
    x = tf.reshape(x, (count, -1, adjacent * channels))
    return [x[i] for i in range(count)]


def _largest_divisor(number, limit):
    return next(n for n in range(limit, 0, -1) if number % n == 0)


def _tiled(block, *vectors):
    """Repeats vectors of channels along the lanes of a block."""
    return [tf.tile(v, [block.shape[-1] // v.shape[0]]) for v in vectors]


def _total(terms, channels):
    """Sums terms `(rows, lanes)`, one per block, over all axes but the channels."""
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


def _through_prelu(x, dy, mean, scale, gamma, beta, alpha):
    """Returns normalized input, PReLU's input, and the gradient of the latter."""
    unit = (x - mean) * scale
    y = unit * gamma + beta
    return unit, y, tf.where(y > 0, dy, alpha * dy)


@tf.function(jit_compile=True, autograph=False)
def _backward(x, dy, mean, scale, gamma, beta, alpha):
    channels = x.shape[-1]
    count = x.shape.num_elements() // channels
    blocks, dy_blocks = _blocks(x), _blocks(dy)
    tiled = _tiled(blocks[0], mean, scale, gamma, beta, alpha)
    terms = [
        _through_prelu(*pair, *tiled) for pair in zip(blocks, dy_blocks, strict=True)
    ]
    dbeta = _total([d for _, _, d in terms], channels)
    dgamma = _total([d * unit for unit, _, d in terms], channels)
    dalpha = _total(
        [tf.minimum(y, 0) * d for (_, y, _), d in zip(terms, dy_blocks, strict=True)],
        channels,
    )
    unit, _, d = _through_prelu(x, dy, mean, scale, gamma, beta, alpha)
    dx = gamma * scale * (d - dbeta / count - unit * (dgamma / count))
    return dx, dgamma, dbeta, dalpha
