"""Instance normalization whose gradient keeps only the input, for TensorFlow."""

import math

import tensorflow as tf

from common.layers.tensorflow.xla import is_xla_allowed

# Below this many values compiling for one more shape costs more than it gains.
MIN_VALUES = 1 << 18


def normalize(x, gamma, beta, epsilon, negative_slope):
    """`plain_normalize` with a gradient that keeps only the input.

    Args:
        x: `(batch, …, channels)`.
        gamma: `(channels,)`, the scale, float32 or float64.
        beta: `(channels,)`, the offset, of the same type.
        epsilon: added to the deviation.
        negative_slope: of the leaky ReLU on the result.

    Returns:
        `(batch, …, channels)`, of the input's type.
    """
    forward, backward = _forward, _backward
    known = x.shape.is_fully_defined() and is_xla_allowed()
    if known and x.shape.num_elements() >= MIN_VALUES:
        forward, backward = _compiled_forward, _compiled_backward

    @tf.custom_gradient
    def normalize_rows(x, gamma, beta):
        y, mean, deviation = forward(x, gamma, beta, epsilon, negative_slope)

        def gradient(dy):
            kept = x, dy, mean, deviation, gamma, beta
            return backward(*kept, epsilon, negative_slope)

        return y, gradient

    # Tensors: a custom gradient would have to return one for any variable it meets.
    x, gamma, beta = map(tf.convert_to_tensor, (x, gamma, beta))
    row = _voxels_per_row(x.shape) * x.shape[-1]
    if x.shape[1:].is_fully_defined() and x.shape[1:].num_elements():
        # Known sizes, for a graph that is traced and optimized sooner.
        sides, rows = x.shape[1:], x.shape[1:].num_elements() // row
        y = normalize_rows(tf.reshape(x, (-1, rows, row)), gamma, beta)
        return tf.reshape(y, (-1, *sides))
    y = normalize_rows(tf.reshape(x, (tf.shape(x)[0], -1, row)), gamma, beta)
    return tf.reshape(y, tf.shape(x))


def _voxels_per_row(shape):
    """Returns how many adjacent voxels make rows of about 512 values.

    TensorFlow's sums and broadcasts are several times slower over rows of a few
    channels than over long ones.
    """
    if not shape[1:].is_fully_defined():
        return 1
    voxels, limit = math.prod(shape[1:-1]), max(512 // shape[-1], 1)
    return next(n for n in range(limit, 0, -1) if voxels % n == 0)


def _mean(rows, channels):
    """Returns means `(batch, 1, channels)` of `(batch, rows, voxels·channels)`."""
    means = tf.reduce_mean(rows, axis=1)
    by_voxel = tf.reshape(means, (-1, rows.shape[2] // channels, channels))
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
    # The forward pass's very sums, so that both agree on the side of 0 of a voxel.
    y = rows * _spread(scale, rows) + _spread(beta - mean * scale, rows)
    dy = tf.cast(dy, gamma.dtype)
    dy = tf.where(y > 0, dy, negative_slope * dy)
    centered = rows - _spread(mean, rows)
    dy_mean, product_mean = _mean(dy, channels), _mean(dy * centered, channels)
    # Only the deviation depends on the input, epsilon does not.
    share = tf.math.divide_no_nan(product_mean, deviation * width)
    inner = dy - _spread(dy_mean, rows) - centered * _spread(share, rows)
    dx = _spread(scale, rows) * inner
    count = rows.shape[1] or tf.shape(rows)[1]
    voxels = count * (rows.shape[2] // channels)
    dgamma, dbeta = (
        tf.reduce_sum(means, (0, 1)) * tf.cast(voxels, gamma.dtype)
        for means in (product_mean / width, dy_mean)
    )
    return tf.cast(dx, x.dtype), dgamma, dbeta


_compiled_forward, _compiled_backward = (
    tf.function(function, jit_compile=True, autograph=False)
    for function in (_forward, _backward)
)
