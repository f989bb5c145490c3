"""Depthwise convolution in 3-D by kernels that XLA compiles, on a CPU."""

import functools
import math

import tensorflow as tf

from common.layers.tensorflow.xla import is_xla_allowed

# Which path an input takes: that of the first line that fits. The last line follows
# from `make bench-depthwise` (benchmarks/results/depthwise.csv, where `shipped` is
# compiled and `folded` portable). The smallest input measured there has 131,072
# values; the limit of 65,536 is our choice, below everything that was measured.
#
#   `allow_xla(False)`, or a model's export    portable  XLA is not wanted
#   on a GPU                                   portable  not measured
#   strides or a depth multiplier              portable  compiled kernels have neither
#   more taps than MAX_TAPS                    portable  not measured; each is compiled
#   fewer values per example than MIN_VALUES   portable  not measured
#   all others                                 compiled  2 to 9 times as fast
MIN_VALUES = 1 << 16
MAX_TAPS = 64

# Rows per step of the kernel's gradient: few enough that they stay in the
# processor's cache while all taps read them.
ROWS = 16


def accepts(x, kernel_shape, strides):
    """Whether `convolve` takes this input and pays off.

    Args:
        x: `(batch, depth, height, width, channels)`; the batch may be unknown.
        kernel_shape: `(depth, height, width, channels, multiplier)`.
        strides: three integers.
    """
    if not is_xla_allowed():
        return False
    if max(strides) > 1 or kernel_shape[-1] > 1:
        return False
    if math.prod(kernel_shape[:3]) > MAX_TAPS:
        return False
    if not x.shape[1:].is_fully_defined() or x.shape[1:].num_elements() < MIN_VALUES:
        return False
    # A GPU has TensorFlow's own 2-D kernels; neither path was measured there.
    return not tf.config.get_visible_devices("GPU")


def convolve(x, kernel, bias, padding, dilation_rate):
    """Adds all taps in one pass over memory; the gradients have their own kernels.

    The input's gradient is the same convolution with the kernel flipped. The
    kernel's gradient walks over the data once and takes all taps of a few rows
    while these are in the cache (`_kernel_gradient`). Half precision is computed
    in float32.

    Args:
        x: `(batch, depth, height, width, channels)`, all but the batch known.
        kernel: `(depth, height, width, channels, 1)`.
        bias: `(channels,)`, or None.
        padding: `"valid"` or `"same"`.
        dilation_rate: three integers.

    Returns:
        `(batch, depth, height, width, channels)`.
    """
    kernel = tf.convert_to_tensor(kernel)[..., 0]
    if bias is None:
        bias = tf.zeros(kernel.shape[-1:], kernel.dtype)
    axes = zip(x.shape[1:4], kernel.shape[:3], dilation_rate, strict=True)
    live, pads = zip(*(_live_taps(*axis, padding) for axis in axes), strict=True)
    # Outside the custom gradient, so that the taps left out get zero gradients.
    kernel = kernel[live]
    convolution = _differentiable(pads, tuple(dilation_rate), tuple(kernel.shape[:3]))
    return convolution(x, kernel, tf.convert_to_tensor(bias))


@functools.cache
def _differentiable(pads, rates, sizes):
    """Returns the convolution with derivatives of every order, all of them compiled.

    The convolution and its two gradients are linear in each of their two arguments, so
    that the gradients of any of the three are again among the three. Automatic
    differentiation sees only these rules, never a compiled kernel: it cannot pass
    through the loop of the kernel's gradient. Forward mode knows such rules only
    within a `tf.function`, whose derivative it takes by two backward passes.

    Args:
        pads: zeros `(before, after)` of the three axes.
        rates: voxels between taps, of the three axes.
        sizes: taps, of the three axes.

    Returns:
        A function of input, kernel and bias.
    """

    @_rule
    def convolution(x, kernel, bias):
        def gradient(dy):
            # Separate calls run in parallel, and a graph drops the one that
            # nobody asks for.
            dx = input_gradient(dy, kernel)
            return dx, *kernel_gradient(x, dy)

        return _correlate(x, kernel, bias, pads, rates), gradient

    @_rule
    def input_gradient(dy, kernel):
        def gradient(ddx):
            nothing = tf.zeros(kernel.shape[-1:], kernel.dtype)
            return convolution(ddx, kernel, nothing), kernel_gradient(ddx, dy)[0]

        return _input_gradient(dy, kernel, pads, rates), gradient

    @_rule
    def kernel_gradient(x, dy):
        def gradient(ddkernel, ddbias):
            return input_gradient(dy, ddkernel), convolution(x, ddkernel, ddbias)

        return _kernel_gradient(x, dy, pads, rates, sizes), gradient

    return tf.function(convolution, autograph=False)


def _rule(function):
    """A custom gradient that holds tensors of the graph in which it is called.

    A graph of second derivatives cannot reach those of the first ones' graph.
    """
    ruled = tf.custom_gradient(function)
    return lambda *tensors: ruled(*map(tf.identity, tensors))


def _live_taps(side, size, rate, padding):
    """Leaves out taps that meet only padding, and that padding.

    Args:
        side: voxels along the axis.
        size: taps.
        rate: voxels between taps.
        padding: `"valid"` or `"same"`.

    Returns:
        A slice of the taps, and the zeros `(before, after)` that they need. Negative
        numbers are voxels at the border that no tap left meets.
    """
    span = rate * (size - 1)
    total = span if padding == "same" else 0
    before, outputs = total // 2, side + total - span
    live = [t for t in range(size) if -outputs < t * rate - before < side]
    # A kernel of even size may straddle the whole axis.
    first, end = (live[0], live[-1] + 1) if live else (0, size)
    after = total - before - (size - end) * rate
    return slice(first, end), (before - first * rate, after)


def _working(*tensors):
    """Casts half precision to float32."""
    dtype = tf.float64 if tensors[0].dtype == tf.float64 else tf.float32
    return [tf.cast(tensor, dtype) for tensor in tensors]


def _rows(x, pads, extra=0):
    """Pads and flattens to rows, `(batch, depth, height, width * channels)`.

    Args:
        x: `(batch, depth, height, width, channels)`.
        pads: zeros `(before, after)` of the three axes; negative ones crop.
        extra: additional rows of zeros at the end.
    """
    inner = [
        slice(max(-before, 0), side - max(-after, 0))
        for side, (before, after) in zip(x.shape[1:4], pads, strict=True)
    ]
    zeros = [[max(number, 0) for number in pair] for pair in pads]
    zeros[1][1] += extra
    x = tf.pad(x[:, *inner], [(0, 0), *zeros, (0, 0)])
    _, depth, height, width, channels = x.shape
    return tf.reshape(x, (-1, depth, height, width * channels))


def _never_empty(rows):
    """Appends zeros to an empty batch: XLA compiles a loop that never runs, too."""
    if rows.shape[0]:
        return rows
    missing = tf.maximum(1 - tf.shape(rows)[0], 0)
    return tf.concat([rows, tf.zeros((missing, *rows.shape[1:]), rows.dtype)], 0)


def _taps(sizes):
    return [
        (i, j, k)
        for i in range(sizes[0])
        for j in range(sizes[1])
        for k in range(sizes[2])
    ]


def _outputs(sides, sizes, pads, rates):
    """Returns the sides of a convolution's output."""
    return [
        side + sum(pad) - rate * (size - 1)
        for side, size, pad, rate in zip(sides, sizes, pads, rates, strict=True)
    ]


@tf.function(jit_compile=True, autograph=False)
def _correlate(x, kernel, bias, pads, rates):
    dtype, channels = x.dtype, x.shape[-1]
    sizes = kernel.shape[:3]
    depth, height, width = _outputs(x.shape[1:4], sizes, pads, rates)
    x, kernel, bias = _working(x, kernel, bias)
    x = _rows(x, pads)
    # Rows of width * channels values with the weights repeated along them: XLA
    # turns these into vector instructions, even for few channels.
    total = tf.tile(bias, [width])
    for i, j, k in _taps(sizes):
        plane, row, lane = i * rates[0], j * rates[1], k * rates[2] * channels
        shifted = x[
            :,
            plane : plane + depth,
            row : row + height,
            lane : lane + width * channels,
        ]
        total += shifted * tf.tile(kernel[i, j, k], [width])
    total = tf.reshape(total, (-1, depth, height, width, channels))
    return tf.cast(total, dtype)


def _input_gradient(dy, kernel, pads, rates):
    """Convolves with the flipped kernel: sums over the outputs that saw each input."""
    spans = [
        rate * (size - 1) for size, rate in zip(kernel.shape[:3], rates, strict=True)
    ]
    pads = tuple(
        (span - before, span - after)
        for span, (before, after) in zip(spans, pads, strict=True)
    )
    flipped = tf.reverse(kernel, [0, 1, 2])
    return _correlate(dy, flipped, tf.zeros_like(kernel[0, 0, 0]), pads, rates)


@tf.function(jit_compile=True, autograph=False)
def _kernel_gradient(x, dy, pads, rates, sizes):
    """Returns the gradients of kernel and bias.

    For each tap and channel, sums input times gradient. A step takes a few rows of
    one plane of `dy` and the rows of the input that contributed to them. It sums over
    rows only, which XLA turns into vector instructions; the lanes of one channel are
    added at the end.
    """
    dtype, channels = x.dtype, x.shape[-1]
    _, depth, height, width, _ = dy.shape
    steps = math.ceil(height / ROWS)
    rows = math.ceil(height / steps)
    extra = steps * rows - height
    x, dy = _working(x, dy)
    x = _rows(x, pads, extra)
    dy = _rows(dy, [(0, 0)] * 3, extra)
    planes, lanes, wide = x.shape[1], width * channels, x.shape[-1]
    high = rows + rates[1] * (sizes[1] - 1)
    count = tf.shape(x)[0] * depth * steps
    x = _never_empty(tf.reshape(x, (-1, x.shape[2], wide)))
    dy = _never_empty(tf.reshape(dy, (-1, dy.shape[2], lanes)))

    def step(n, sums):
        plane, row = n // steps, n % steps * rows
        first = plane // depth * planes + plane % depth
        seen = [
            tf.slice(x, (first + i * rates[0], row, 0), (1, high, wide))[0]
            for i in range(sizes[0])
        ]
        into = tf.slice(dy, (plane, row, 0), (1, rows, lanes))[0]
        terms = []
        for i, j, k in _taps(sizes):
            top, lane = j * rates[1], k * rates[2] * channels
            shifted = seen[i][top : top + rows, lane : lane + lanes]
            terms.append(tf.reduce_sum(shifted * into, 0))
        terms.append(tf.reduce_sum(into, 0))
        return n + 1, sums + tf.stack(terms)

    _, sums = tf.while_loop(
        lambda n, _: n < count,
        step,
        (0, tf.zeros((math.prod(sizes) + 1, lanes), x.dtype)),
    )
    sums = tf.reduce_sum(tf.reshape(sums, (-1, width, channels)), 1)
    sums = tf.cast(sums, dtype)
    return tf.reshape(sums[:-1], (*sizes, channels)), sums[-1]
