"""Both paths of depthwise convolution against SciPy, gradients against the adjoint."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from common.layers.depthwise_portable import portable_depthwise_conv3d
from common.layers.tensorflow import depthwise_conv3d as fast
from tests.rounding import assert_close

CHANNELS = 2
three = st.tuples(*[st.integers(1, 3)] * 3)


def expected(x, kernel, strides, padding, rates):
    """SciPy's correlation of each channel with a kernel with zeros between taps.

    Args:
        x: `(batch, depth, height, width, channels)`.
        kernel: `(depth, height, width, channels, multiplier)`.
    """
    spans = [rate * (n - 1) + 1 for n, rate in zip(kernel.shape, rates, strict=False)]
    stuffed = np.zeros((*spans, *kernel.shape[3:]))
    stuffed[:: rates[0], :: rates[1], :: rates[2]] = kernel
    begins, ends = [], []
    for side, span, stride in zip(x.shape[1:4], spans, strides, strict=True):
        if padding == "valid":
            # SciPy's output voxel is the one below the kernel's center.
            begins.append(span // 2)
            ends.append(side - (span - 1 - span // 2))
        else:
            outputs = -(-side // stride)
            total = max((outputs - 1) * stride + span - side, 0)
            begins.append(span // 2 - total // 2)
            ends.append(begins[-1] + (outputs - 1) * stride + 1)
    pad = max(spans)  # so that every wanted voxel lies within the array
    wanted = tuple(
        slice(begin + pad, end + pad, stride)
        for begin, end, stride in zip(begins, ends, strides, strict=True)
    )
    volumes = []
    for example in x.astype(np.float64):
        for channel in range(kernel.shape[3]):
            wide = np.pad(example[..., channel], pad)
            for kind in range(kernel.shape[4]):
                weights = stuffed[..., channel, kind]
                found = ndimage.correlate(wide, weights, mode="constant")
                volumes.append(found[wanted])
    stacked = np.stack(volumes).reshape(len(x), -1, *volumes[0].shape)
    return np.moveaxis(stacked, 1, -1)


def arrays(sides, taps, multiplier=1, batch=2):
    random = np.random.default_rng(sum(sides) + sum(taps))
    x = random.normal(size=(batch, *sides, CHANNELS)).astype(np.float32)
    return x, random.normal(size=(*taps, CHANNELS, multiplier)).astype(np.float32)


@st.composite
def geometries(draw, strided):
    """Draws sides, taps, strides, padding and rates that have an output."""
    taps, padding = draw(three), draw(st.sampled_from(["same", "valid"]))
    strides = draw(three) if strided else (1, 1, 1)
    rates = draw(st.tuples(*[st.integers(1, 6)] * 3))
    smallest = [
        rate * (n - 1) + 1 if padding == "valid" else 1
        for n, rate in zip(taps, rates, strict=True)
    ]
    sides = tuple(draw(st.integers(n, n + 5)) for n in smallest)
    return sides, taps, strides, padding, rates


@settings(max_examples=40, deadline=None, derandomize=True)
@given(geometries(strided=True), st.integers(1, 2))
def test_portable_path_is_scipys_correlation(geometry, multiplier):
    sides, taps, *options = geometry
    x, kernel = arrays(sides, taps, multiplier)
    received = portable_depthwise_conv3d(x, tf.constant(kernel), *options)
    magnitude = expected(*map(np.abs, (x, kernel)), *options).max()
    assert_close(received, expected(x, kernel, *options), np.prod(taps), magnitude)


# Each example compiles three kernels.
@settings(max_examples=12, deadline=None, derandomize=True)
@given(geometries(strided=False))
def test_fast_path_is_scipys_correlation_and_its_adjoint(geometry):
    sides, taps, _, padding, rates = geometry
    x, kernel = arrays(sides, taps)
    bias = np.array([0.5, -2], np.float32)
    tensors = [tf.constant(array) for array in (x, kernel, bias)]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        y = fast.convolve(*tensors, padding, rates)
    correlation = expected(x, kernel, (1, 1, 1), padding, rates)
    magnitude = expected(*map(np.abs, (x, kernel)), (1, 1, 1), padding, rates).max()
    assert_close(y, correlation + bias, np.prod(taps) + 1, magnitude + 2)
    # The result is linear in each argument: <dy, f(a)> = <gradient(dy), a>. For the
    # kernel, a is one unit vector after the other.
    dy = np.random.default_rng(1).normal(size=y.shape).astype(np.float32)
    dx, dkernel, dbias = tape.gradient(y, tensors, tf.constant(dy))
    voxels, all_dy = dy[..., 0].size, np.abs(dy).sum((0, 1, 2, 3)).max()
    assert_close(dbias, dy.sum((0, 1, 2, 3)), voxels, all_dy)
    for tap in np.ndindex(*taps):
        unit = np.zeros_like(kernel)
        unit[tap] = 1
        slope = (expected(x, unit, (1, 1, 1), padding, rates) * dy).sum((0, 1, 2, 3))
        assert_close(dkernel[tap][:, 0], slope, voxels, all_dy * np.abs(x).max())
    direction = np.random.default_rng(2).normal(size=x.shape)
    moved = expected(direction, kernel, (1, 1, 1), padding, rates)
    np.testing.assert_allclose(
        (dx * direction).numpy().sum(), (moved * dy).sum(), rtol=1e-3, atol=1e-3
    )


@pytest.mark.parametrize(
    "sides, taps, rates",
    [
        ((3, 40, 5), (3, 3, 3), (1, 2, 1)),  # several steps of rows and a remainder
        ((4, 17, 3), (2, 4, 1), (1, 3, 1)),
        ((4, 4, 4), (3, 3, 3), (4, 9, 2)),  # only the middle tap sees the input
        ((2, 1, 3), (1, 2, 3), (1, 4, 1)),  # no tap does
    ],
)
def test_both_paths_have_the_same_gradients(sides, taps, rates):
    tensors = [tf.constant(array) for array in arrays(sides, taps)]
    results = []
    for path in (
        lambda x, k: fast.convolve(x, k, None, "same", rates),
        lambda x, k: portable_depthwise_conv3d(x, k, (1, 1, 1), "same", rates),
    ):
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            y = path(*tensors)
            weighted = tf.reduce_sum(y * tf.random.stateless_normal(y.shape, (1, 2)))
        results.append([y, *tape.gradient(weighted, tensors)])
    # The gradient of the kernel sums over voxels, the others over taps; each term is a
    # product of two normal numbers, of which few exceed 3.
    y = results[0][0].numpy()
    for received, wanted, terms in zip(
        *results, (np.prod(taps), np.prod(taps), y[..., 0].size), strict=True
    ):
        magnitude = max(float(np.abs(wanted).max()), 9)
        assert_close(received, wanted, terms, magnitude)


def test_what_the_fast_path_accepts(monkeypatch):
    def accepted(shape=(None, 32, 32, 32, 4), kernel=(3, 3, 3, 4, 1), strides=(1,) * 3):
        found = []
        tf.function(
            lambda x: found.append(fast.accepts(x, kernel, strides)),
            input_signature=[tf.TensorSpec(shape)],
        ).get_concrete_function()
        return found[0]

    assert accepted()
    assert not accepted(shape=(None, 8, 8, 8, 4))
    assert not accepted(shape=(2, None, 32, 32, 4))
    assert not accepted(kernel=(3, 3, 3, 4, 2))
    assert not accepted(kernel=(5, 5, 5, 4, 1))
    assert not accepted(strides=(2, 2, 2))
    monkeypatch.setattr(fast, "MIN_VALUES", 1 << 20)
    assert not accepted()
