"""Depthwise convolution in 3-D by Keras's operations, on every backend."""

from keras import ops


def portable_depthwise_conv3d(x, kernel, strides, padding, dilation_rate):
    """Folds the depth into the batch and sums 2-D depthwise convolutions.

    There is one convolution per tap along the depth, of the input shifted by that
    tap: `y[d] = sum_i conv2d(x[d * stride + i * rate], kernel[i])`.

    Args:
        x: `(batch, depth, height, width, channels)`.
        kernel: `(depth, height, width, channels, multiplier)`.
        strides: three integers.
        padding: `"valid"` or `"same"`.
        dilation_rate: three integers.

    Returns:
        `(batch, depth, height, width, channels * multiplier)`.
    """
    taps = tuple(kernel.shape[:3])
    if padding == "same":
        x = ops.pad(x, same_pads(ops.shape(x)[1:4], taps, strides, dilation_rate))
    batch, depth, height, width, channels = ops.shape(x)
    span = dilation_rate[0] * (taps[0] - 1)
    stride, *others = strides
    # TensorFlow's kernels take the same stride for both axes.
    square = others[0] == others[1]
    total = None
    for i in range(taps[0]):
        first = i * dilation_rate[0]
        slab = x[:, first : first + depth - span : stride]
        slices = ops.shape(slab)[1]
        slab = ops.reshape(slab, (batch * slices, height, width, channels))
        part = ops.depthwise_conv(
            slab,
            kernel[i],
            strides=tuple(others) if square else 1,
            padding="valid",
            dilation_rate=dilation_rate[1:],
            data_format="channels_last",
        )
        total = part if total is None else total + part
    if not square:
        total = total[:, :: others[0], :: others[1]]
    return ops.reshape(total, (batch, slices, *ops.shape(total)[1:]))


def same_pads(sides, taps, strides, dilation_rate):
    """Returns how many zeros "same" adds, `(before, after)` for each of five axes.

    As in TensorFlow, the output has `side / stride` voxels, rounded up, and of an
    odd number of zeros the extra one comes after.
    """
    pads = [(0, 0)]
    for side, size, stride, rate in zip(
        sides, taps, strides, dilation_rate, strict=True
    ):
        total = rate * (size - 1)
        if stride > 1:
            total -= (side - 1) % stride
            # A known side stays an integer: JAX cannot pad by a tensor.
            total = max(total, 0) if isinstance(total, int) else ops.maximum(total, 0)
        pads.append((total // 2, total - total // 2))
    return [*pads, (0, 0)]
