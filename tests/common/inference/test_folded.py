"""Normalizations become part of the convolutions before them, and nothing else."""

import keras
import numpy as np
import pytest
from keras import layers

from common.inference.folded import fold_normalization
from common.layers.batch_normalization import FusedBatchNormalization
from common.layers.small_map_conv2d import SmallMapConv2D
from tests.rounding import sum_room


def fill(model, seed=0):
    """Gives a model weights of which no normalization is the identity."""
    random = np.random.default_rng(seed)
    for weight in model.weights:
        low = 0.5 if "variance" in weight.name else -1.0
        weight.assign(random.uniform(low, 1.5, weight.shape))
    return model


def normalizations(model):
    return sorted(
        layer.name
        for layer in model.layers
        if isinstance(layer, layers.BatchNormalization)
    )


def assert_same(folded, model, shape, terms):
    x = np.random.default_rng(1).random(shape, np.float32)
    expected = np.asarray(model(x, training=False))
    received = np.asarray(folded(x, training=False))
    room = sum_room(terms) * np.abs(expected).max()
    np.testing.assert_allclose(received, expected, rtol=0, atol=room)


@pytest.mark.parametrize("use_bias", [False, True])
@pytest.mark.parametrize("kind", [layers.Conv2D, SmallMapConv2D])
def test_convolution_and_normalization_become_one(kind, use_bias):
    inputs = keras.Input((6, 6, 3))
    x = kind(5, 3, strides=2, use_bias=use_bias, name="conv")(inputs)
    x = layers.ReLU()(FusedBatchNormalization(epsilon=0.1, name="norm")(x))
    model = fill(keras.Model(inputs, x))
    before = model.get_weights()
    folded = fold_normalization(model)
    assert not normalizations(folded) and normalizations(model) == ["norm"]
    assert type(folded.get_layer("conv")) is kind
    assert_same(folded, model, (2, 6, 6, 3), 9 * 3 + 2)
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("normalization", [False, True])
def test_the_bias_of_a_transposed_convolution_becomes_part_of_what_follows(
    normalization,
):
    inputs = keras.Input((6, 6, 3))
    x = layers.Conv2DTranspose(5, 3, strides=2, padding="same", name="up")(inputs)
    x = FusedBatchNormalization(name="norm")(x) if normalization else layers.ReLU()(x)
    model = fill(keras.Model(inputs, x))
    folded = fold_normalization(model)
    assert folded.get_layer("up").use_bias is not normalization
    assert normalizations(folded) == normalizations(model)
    assert_same(folded, model, (2, 6, 6, 3), 9 * 3 + 2)


def test_volumes_too():
    inputs = keras.Input((4, 4, 4, 2))
    x = layers.Conv3D(3, (1, 3, 3), use_bias=False)(inputs)
    model = fill(keras.Model(inputs, layers.BatchNormalization()(x)))
    folded = fold_normalization(model)
    assert not normalizations(folded)
    assert_same(folded, model, (1, 4, 4, 4, 2), 9 * 2 + 2)


def test_what_cannot_be_folded_stays():
    """Each case on its own: only `conv` and `norm` may become one."""
    inputs = keras.Input((6, 6, 3))

    def conv(x, name, **options):
        return layers.Conv2D(3, 3, padding="same", name=name, **options)(x)

    read_twice = conv(inputs, "read_twice")
    after_read_twice = layers.BatchNormalization(name="after_read_twice")(read_twice)
    x = layers.Add()([read_twice, after_read_twice])
    x = layers.BatchNormalization(name="after_sum")(x)
    x = layers.Conv2DTranspose(3, 3, padding="same")(x)
    x = layers.BatchNormalization(name="after_transpose")(x)
    x = conv(x, "rectified", activation="relu")
    x = layers.BatchNormalization(name="after_activation")(x)
    x = conv(x, "other_axis")
    x = layers.BatchNormalization(axis=1, name="of_rows")(x)
    x = conv(x, "unscaled")
    x = layers.BatchNormalization(scale=False, name="without_scale")(x)
    x = layers.BatchNormalization(name="norm")(conv(x, "conv"))
    shown = conv(x, "shown")
    model = keras.Model(
        inputs, layers.BatchNormalization(name="after_output")(shown) + shown
    )
    folded = fold_normalization(fill(model))
    assert normalizations(folded) == sorted({*normalizations(model)} - {"norm"})
    assert_same(folded, model, (1, 6, 6, 3), 27**3)


def test_an_output_of_the_network_is_not_normalized():
    inputs = keras.Input((6, 6, 3))
    x = layers.Conv2D(3, 3)(inputs)
    model = keras.Model(inputs, [x, layers.BatchNormalization(name="norm")(x)])
    assert fold_normalization(model) is model, "and nothing else is to be folded"


def test_a_network_that_is_no_plain_graph_is_returned():
    inputs = keras.Input((6, 6, 3))
    conv = layers.Conv2D(3, 3, padding="same")
    again = keras.Model(inputs, layers.BatchNormalization()(conv(conv(inputs))))
    assert fold_normalization(again) is again

    class Own(keras.Model):
        def call(self, x):
            return x

    own = Own()
    assert fold_normalization(own) is own
