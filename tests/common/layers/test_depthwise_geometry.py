"""Depthwise convolution in every geometry against a slow oracle.

Each axis has a number of taps, a rate, a side and a stride, and all combinations of
them are tested along each axis: an example takes one combination per axis. The fast
tier takes so many that all pairs of values meet, the slow tier takes all.
"""

from itertools import cycle, product

import numpy as np
import pytest
import tensorflow as tf

from common.layers.depthwise_conv3d import DepthwiseConv3D
from common.layers.tensorflow import depthwise_conv3d as fast
from tests.common.layers.depthwise_oracle import (
    RATES,
    SIDES,
    SIZES,
    STRIDES,
    Oracle,
    fits,
    geometries,
    pairwise,
    three_at_a_time,
)
from tests.rounding import assert_close

CHANNELS = 2
# What one axis of the fast path's other two may be, so that there are few taps.
SMALL = (2, 2, 1, 1)


def check(axes, padding, multiplier, convolve):
    """Compares values, gradients and shape in float64, in which rounding is none."""
    sides, sizes, rates, strides = zip(*axes, strict=True)
    layer = DepthwiseConv3D(
        sizes,
        strides,
        padding,
        multiplier,
        dilation_rate=rates,
        use_bias=False,
        dtype="float64",
    )
    random = np.random.default_rng(sum(sides) + 9 * sum(sizes))
    x = random.normal(size=(2, *sides, CHANNELS))
    layer.build(x.shape)
    layer.kernel.assign(random.normal(size=layer.kernel.shape))
    x, kernel = tf.constant(x), layer.kernel.value
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = convolve(layer, x)
    assert layer.compute_output_shape(x.shape) == tuple(y.shape), axes
    dy = random.normal(size=y.shape)
    gradients = tape.gradient(y, (x, kernel), tf.constant(dy))
    oracle = Oracle(axes, padding)
    arrays = x.numpy(), kernel.numpy()
    wanted = oracle.forward(*arrays), *oracle.gradients(*arrays, dy)
    for one, other in zip((y, *gradients), wanted, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-9, err_msg=f"{axes} {padding}")


def one_at_a_time(places):
    """Gives a combination to one axis, and a small kernel to the others."""
    for axis, place in places:
        three = [SMALL] * 3
        three[place] = axis
        yield three


@pytest.fixture
def taken(monkeypatch):
    """Sends even small inputs down the fast path."""
    monkeypatch.setattr(fast, "MIN_VALUES", 0)


@pytest.fixture
def as_written(taken):
    """Runs the fast path operation by operation, since compiling takes a while."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


over_paddings = pytest.mark.parametrize("padding", ["same", "valid"])


@over_paddings
def test_every_pair_of_values_by_the_portable_path(padding):
    some = list(pairwise(geometries(padding, STRIDES)))
    for i, axes in enumerate(three_at_a_time(some)):
        check(axes, padding, 1 + i % 2, DepthwiseConv3D.convolve_portably)


@over_paddings
def test_every_pair_of_values_by_the_fast_path(padding, as_written):
    some = zip(pairwise(geometries(padding, (1,))), cycle(range(3)))
    for axes in one_at_a_time(some):
        check(axes, padding, 1, DepthwiseConv3D.convolve)


@over_paddings
def test_some_by_the_compiled_fast_path(padding, taken):
    some = zip(geometries(padding, (1,))[:3], range(3), strict=True)
    for axes in one_at_a_time(some):
        check(axes, padding, 1, DepthwiseConv3D.convolve)


@pytest.mark.slow
@over_paddings
def test_all_by_the_portable_path(padding):
    for axes in three_at_a_time(geometries(padding, STRIDES)):
        check(axes, padding, 1, DepthwiseConv3D.convolve_portably)


@pytest.mark.slow
@over_paddings
def test_all_by_the_fast_path(padding, as_written):
    for axes in one_at_a_time(product(geometries(padding, (1,)), range(3))):
        check(axes, padding, 1, DepthwiseConv3D.convolve)


@pytest.mark.slow
@over_paddings
def test_all_by_the_compiled_fast_path(padding, taken):
    for axes in one_at_a_time(zip(geometries(padding, (1,)), cycle(range(3)))):
        check(axes, padding, 1, DepthwiseConv3D.convolve)


def test_what_does_not_fit_is_refused():
    for axis in product(SIDES, SIZES, RATES, STRIDES):
        if not fits(*axis, "valid"):
            side, size, rate, stride = axis
            layer = DepthwiseConv3D(size, stride, dilation_rate=rate)
            with pytest.raises(ValueError, match="the kernel's span"):
                layer.compute_output_shape((None, side, side, side, 1))


def test_taps_that_meet_nothing_at_default_settings():
    """Of two taps at a rate of three, one never meets a depth of two."""
    layer = DepthwiseConv3D(2, padding="same", dilation_rate=3)
    x = np.random.default_rng(0).normal(size=(1, 2, 64, 64, 16)).astype(np.float32)
    y = layer(x)
    assert fast.accepts(tf.constant(x), layer.kernel.shape, layer.strides)
    sides = zip(x.shape[1:4], (2,) * 3, (3,) * 3, (1,) * 3, strict=True)
    wanted = Oracle(sides, "same").forward(x, layer.kernel.numpy())
    assert_close(y, wanted, 8)
