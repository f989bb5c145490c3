"""Folded convolutions against Keras's own 3-D convolutions."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from common.layers.anisotropic_conv import AnisotropicConv3D
from common.layers.anisotropic_conv_transpose import AnisotropicConv3DTranspose
from tests.half_precision import require_half_precision
from tests.rounding import assert_close

FORWARD = [
    dict(kernel_size=(1, 3, 3), padding="same"),
    dict(kernel_size=(1, 3, 3), padding="valid", use_bias=True, activation="relu"),
    dict(kernel_size=(1, 3, 3), padding="same", strides=(1, 2, 2)),
    dict(kernel_size=(1, 3, 3), padding="same", dilation_rate=(1, 2, 2)),
    dict(kernel_size=(1, 3, 5), padding="valid", dilation_rate=(1, 3, 1)),
    dict(kernel_size=(3, 1, 1), padding="valid"),
    dict(kernel_size=(3, 1, 1), padding="same", strides=(2, 1, 1), use_bias=True),
    dict(kernel_size=(3, 1, 1), padding="same", dilation_rate=(2, 1, 1)),
    dict(kernel_size=(1, 1, 1)),
]
TRANSPOSED = [
    dict(kernel_size=(1, 3, 3), strides=(1, 2, 2), padding="same", use_bias=False),
    dict(kernel_size=(1, 3, 3), strides=(1, 2, 2), use_bias=False),
    dict(kernel_size=(1, 2, 3), strides=(1, 1, 3), padding="same", use_bias=False),
]
PAIRS = [(AnisotropicConv3D, layers.Conv3D, options) for options in FORWARD] + [
    (AnisotropicConv3DTranspose, layers.Conv3DTranspose, options)
    for options in TRANSPOSED
]
over_pairs = pytest.mark.parametrize("folded, plain, options", PAIRS)


def example(shape=(2, 7, 11, 9, 3)):
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def twins(folded, plain, options, x):
    """Returns both layers with the same weights."""
    options = {"use_bias": False, **options}
    pair = folded(4, **options), plain(4, **options)
    for layer in pair:
        layer.build(x.shape)
    random = np.random.default_rng(1)
    values = [random.normal(size=w.shape) for w in pair[0].weights]
    for layer in pair:
        layer.set_weights(values)
    return pair


@over_pairs
@pytest.mark.parametrize("shape", [(2, 7, 11, 9, 3), (1, 8, 8, 10, 3)])
def test_values_and_gradients(folded, plain, options, shape):
    x, results = tf.constant(example(shape)), []
    for layer in twins(folded, plain, options, x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
            total = tf.reduce_sum(y * example(y.shape))
        results.append([y, *tape.gradient(total, [x, *layer.trainable_weights])])
        assert tuple(layer.compute_output_shape(shape)) == tuple(y.shape)
    for received, expected in zip(*results, strict=True):
        assert_close(received, expected, x.numpy()[..., 0].size)


@over_pairs
def test_graph_of_unknown_shape(folded, plain, options):
    x = example()
    layer, twin = twins(folded, plain, options, x)
    graph = tf.function(
        layer, input_signature=[tf.TensorSpec((None,) * 4 + (3,), tf.float32)]
    )
    assert_close(graph(x), twin(x), twin.kernel[..., 0].numpy().size)
    symbolic = layer(keras.Input((None, None, None, 3)))
    assert symbolic.shape == (None, None, None, None, 4)


@over_pairs
def test_config_rebuilds_it(folded, plain, options):
    x = example()
    layer, _ = twins(folded, plain, options, x)
    again = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(layer)
    )
    assert type(again) is folded
    assert again.get_config() == layer.get_config()


@over_pairs
def test_mixed_precision(folded, plain, options):
    require_half_precision("bfloat16")
    half = folded(4, **options, dtype="mixed_bfloat16")
    assert half(example()).dtype == "bfloat16"
    assert half.kernel.dtype == "float32"


@pytest.mark.parametrize(
    "make",
    [
        lambda: AnisotropicConv3D(4, (3, 3, 1)),
        lambda: AnisotropicConv3D(4, (3, 1, 1), strides=(1, 2, 1)),
        lambda: AnisotropicConv3D(4, (1, 3, 3), groups=2),
        lambda: AnisotropicConv3D(4, (1, 3, 3), data_format="channels_first"),
        lambda: AnisotropicConv3DTranspose(4, (3, 1, 1), use_bias=False),
        lambda: AnisotropicConv3DTranspose(4, (1, 3, 3)),
    ],
)
def test_invalid_kernels_are_refused(make):
    with pytest.raises(ValueError, match="Expected"):
        make()
