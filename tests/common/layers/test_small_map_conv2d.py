"""Convolutions of small maps as a matrix product against Keras's in float64."""

import itertools

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf

from common.layers import fast_paths
from common.layers.small_map_conv2d import SmallMapConv2D
from common.layers.tensorflow import small_map_conv2d
from tests.half_precision import require_half_precision
from tests.rounding import sum_room

CASES = list(itertools.product((2, 3, (5, 1)), (1, 2, (1, 3)), (1, 4, 5), (4, 7)))


@pytest.fixture
def any_size(monkeypatch):
    """Has small kernels and large maps take the product, too."""
    monkeypatch.setattr(small_map_conv2d, "LEAST_WEIGHTS", 1)
    monkeypatch.setattr(small_map_conv2d, "MOST_POSITIONS", 10**6)


def features(shape, seed=0, dtype="float64"):
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


def pair(dtype="float64", **options):
    """Our layer and Keras's with the same weights, on three channels."""
    options = {"filters": 6, "kernel_size": 3, "padding": "same"} | options
    layers = (
        SmallMapConv2D(**options, dtype=dtype),
        keras.layers.Conv2D(**options, dtype=dtype),
    )
    for layer in layers:
        layer.build((None, None, None, 3))
    layers[1].set_weights(layers[0].get_weights())
    return layers


def derivatives(layer, x):
    """Output, and the gradients in the features and in the weights."""
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x)
        total = tf.reduce_sum(y * features(y.shape, 1))
    return [y, *tape.gradient(total, [x, *layer.trainable_variables])]


def takes_the_product(layer, x):
    function = tf.function(layer).get_concrete_function(tf.constant(x))
    return "Conv2D" not in {op.type for op in function.graph.get_operations()}


@pytest.mark.parametrize("kernel, strides, height, width", CASES)
def test_values_and_gradients(any_size, kernel, strides, height, width):
    x = features((2, height, width, 3))
    ours, theirs = pair(kernel_size=kernel, strides=strides)
    assert takes_the_product(ours, x)
    for one, other in zip(derivatives(ours, x), derivatives(theirs, x), strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "options, product",
    [
        ({}, True),
        ({"padding": "valid"}, False),
        ({"dilation_rate": 2}, False),
        ({"groups": 3}, False),
        ({"kernel_size": 1}, False),
        ({"data_format": "channels_first"}, False),
    ],
)
def test_only_plain_layers_take_it(any_size, options, product):
    x = tf.TensorSpec((2, 6, 6, 3))
    layer = SmallMapConv2D(6, **{"kernel_size": 3, "padding": "same"} | options)
    layer.build((2, 6, 6, 3))
    assert small_map_conv2d.accepts(x, layer.kernel, layer) is product


@pytest.mark.parametrize(
    "shape, strides, product",
    [
        ((8, 4, 4, 512), 1, True),
        ((8, 8, 8, 512), 2, True),
        ((9, 4, 4, 512), 1, False),  # more positions
        ((8, 4, 4, 16), 1, False),  # a light kernel
        ((None, 4, 4, 512), 1, False),
        ((8, None, 4, 512), 1, False),
    ],
)
def test_only_small_maps_take_it(shape, strides, product):
    layer = SmallMapConv2D(512, 3, strides=strides, padding="same")
    layer.build(shape)
    assert (
        small_map_conv2d.accepts(tf.TensorSpec(shape), layer.kernel, layer) is product
    )


def test_float32_and_half_precision(any_size):
    x = features((2, 4, 4, 3), dtype="float32")
    exact = np.asarray(pair()[1](x))
    for dtype, eps in (("float32", None), ("mixed_bfloat16", 2**-8)):
        if eps is not None:
            require_half_precision(dtype)
        ours, theirs = pair(dtype)
        double = pair()[1]
        double.set_weights(ours.get_weights())
        exact = np.asarray(double(x))
        room = sum_room(27, np.abs(exact).max()) if eps is None else 6 * eps
        received = np.asarray(tf.cast(ours(x), "float64"))
        np.testing.assert_allclose(received, exact, rtol=0, atol=room)
        assert ours(x).dtype == theirs(x).dtype


def test_second_order_and_forward_mode(any_size):
    x, direction = features((2, 4, 5, 3)), features((2, 4, 5, 3), 2)
    seconds, pushed = [], []
    for layer in pair():
        inputs = tf.constant(x)
        with tf.GradientTape() as outer:
            outer.watch(inputs)
            with tf.GradientTape() as inner:
                inner.watch(inputs)
                total = tf.reduce_sum(layer(inputs) ** 3)
            (first,) = inner.gradient(total, [layer.kernel.value])
            total = tf.reduce_sum(first**2)
        seconds.append(outer.gradient(total, inputs))
        with tf.autodiff.ForwardAccumulator(inputs, tf.constant(direction)) as forward:
            y = layer(inputs)
        pushed.append(forward.jvp(y))
    np.testing.assert_allclose(*seconds, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(*pushed, rtol=1e-10, atol=1e-12)


def test_an_empty_batch(any_size):
    assert pair()[0](np.zeros((0, 4, 4, 3))).shape == (0, 4, 4, 6)


def test_without_fast_path_it_is_keras(any_size, monkeypatch):
    monkeypatch.setattr(fast_paths, "small_map_conv2d", None)
    x = features((2, 4, 4, 3), dtype="float32")
    ours, theirs = pair("float32")
    assert not takes_the_product(ours, x)
    np.testing.assert_array_equal(ours(x), theirs(x))


def test_weights_lie_where_trained_networks_have_them(tmp_path):
    """Keras names the groups of a weight file after classes."""
    model = keras.Sequential([keras.Input((4, 4, 3)), SmallMapConv2D(2, 3)])
    model.save_weights(tmp_path / "model.weights.h5")
    with h5py.File(tmp_path / "model.weights.h5") as file:
        assert list(file["layers"]) == ["small_map_conv2d"]
