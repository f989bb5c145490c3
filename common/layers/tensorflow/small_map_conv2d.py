"""Convolutions of small maps as one matrix product, forward and in the kernel."""

import itertools

import tensorflow as tf

# Measured on an Intel Xeon with AVX-512 and AMX, 2 threads, maps of 4x4, 8x8 and 16x16
# with 128 to 512 channels in batches of 8: up to 128 positions (8 x 4 x 4) the product
# takes .6 of the convolution's time forward and .35 (bfloat16) to .7 (float32) in the
# kernel's gradient; with 512 and more it is slower in float32. The gradient of the
# features is faster as a convolution everywhere.
MOST_POSITIONS = 128
LEAST_WEIGHTS = 2**18


def accepts(x, kernel, layer):
    """Whether the product is faster for these features, and the layer is a plain one.

    Args:
        x: `(batch, height, width, channels)`.
        kernel: `(height, width, channels, filters)`.
        layer: the `keras.layers.Conv2D`.
    """
    batch, height, width, _ = x.shape
    if None in (batch, height, width):
        return False
    down, right = layer.strides
    positions = batch * -(-height // down) * -(-width // right)
    plain = (layer.padding, layer.data_format) == ("same", "channels_last")
    plain = plain and layer.groups == 1 and set(layer.dilation_rate) == {1}
    heavy = kernel.shape.num_elements() >= LEAST_WEIGHTS
    return plain and heavy and positions <= MOST_POSITIONS and kernel.shape[0] > 1


def convolve(x, kernel, strides):
    """Returns the convolution with padding "same".

    Args:
        x: `(batch, height, width, channels)`, its shape known.
        kernel: `(height, width, channels, filters)`.
        strides: `(down, right)`.

    Returns:
        `(batch, new_height, new_width, filters)`.
    """

    @tf.custom_gradient
    def product(x, kernel):
        columns = _columns(x, kernel.shape[:2], strides)
        matrix = tf.reshape(kernel, (-1, kernel.shape[-1]))
        y = tf.matmul(tf.reshape(columns, (-1, columns.shape[-1])), matrix)

        def gradient(dy):
            rows = tf.reshape(dy, (-1, dy.shape[-1]))
            flat = tf.reshape(columns, (-1, columns.shape[-1]))
            of_kernel = tf.matmul(flat, rows, transpose_a=True)
            of_x = tf.raw_ops.Conv2DBackpropInput(
                input_sizes=x.shape,
                filter=kernel,
                out_backprop=dy,
                strides=(1, *strides, 1),
                padding="SAME",
            )
            return of_x, tf.reshape(of_kernel, kernel.shape)

        return tf.reshape(y, (*columns.shape[:3], kernel.shape[-1])), gradient

    return product(x, tf.convert_to_tensor(kernel))


def _columns(x, sizes, strides):
    """Returns what each position sees, `(batch, new_height, new_width, columns)`."""
    _, height, width, _ = x.shape
    count = [-(-n // s) for n, s in zip((height, width), strides, strict=True)]
    missing = [
        max((c - 1) * s + k - n, 0)
        for c, s, k, n in zip(count, strides, sizes, (height, width), strict=True)
    ]
    around = [(n // 2, n - n // 2) for n in missing]
    x = tf.pad(x, ((0, 0), *around, (0, 0)))
    (down, right), (rows, columns) = strides, count
    return tf.concat(
        [
            x[:, i : i + down * (rows - 1) + 1 : down][
                :, :, j : j + right * (columns - 1) + 1 : right
            ]
            for i, j in itertools.product(range(sizes[0]), range(sizes[1]))
        ],
        axis=-1,
    )
