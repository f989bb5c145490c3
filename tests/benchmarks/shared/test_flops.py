"""Multiply-adds against counts by hand."""

import keras
import pytest
from keras import layers

from benchmarks.shared.flops import forward_macs, training_macs
from papers.linkdsl.networks import linknet

# One layer on an input of 12 x 10 x 6, and its multiply-adds by hand: positions
# times kernel height, kernel width, channels read by one output, channels out.
CASES = [
    (layers.Conv2D(5, 3, padding="same"), 12 * 10 * 3 * 3 * 6 * 5),
    (layers.Conv2D(5, 3), 10 * 8 * 3 * 3 * 6 * 5),
    (layers.Conv2D(4, 7, strides=2, padding="same"), 6 * 5 * 7 * 7 * 6 * 4),
    (layers.Conv2D(4, 3, padding="same", groups=2), 12 * 10 * 3 * 3 * 3 * 4),
    (layers.Conv2D(4, 1, use_bias=False), 12 * 10 * 6 * 4),
    (layers.DepthwiseConv2D(3, padding="same"), 12 * 10 * 3 * 3 * 6),
    # Each input element is spread over the kernel, whatever the stride.
    (layers.Conv2DTranspose(5, 3, strides=2, padding="same"), 120 * 3 * 3 * 6 * 5),
    (layers.Dense(7), 12 * 10 * 6 * 7),
    (layers.BatchNormalization(), 0),
    (layers.ReLU(), 0),
]


@pytest.mark.parametrize(
    ("layer", "expected"), CASES, ids=[type(layer).__name__ for layer, _ in CASES]
)
def test_one_layer_is_counted_as_by_hand(layer, expected):
    inputs = layers.Input((12, 10, 6))
    assert forward_macs(keras.Model(inputs, layer(inputs))) == expected


def test_volumes_are_counted():
    inputs = layers.Input((4, 6, 8, 2))
    model = keras.Model(inputs, layers.Conv3D(3, 3, padding="same")(inputs))
    assert forward_macs(model) == 4 * 6 * 8 * 27 * 2 * 3


def test_first_layer_has_no_input_gradient():
    inputs = layers.Input((8, 8, 1))
    x = layers.Conv2D(4, 3, padding="same", name="first")(inputs)
    model = keras.Model(inputs, layers.Conv2D(2, 1, name="second")(x))
    first, second = 64 * 9 * 4, 64 * 4 * 2
    assert forward_macs(model) == first + second
    assert training_macs(model) == 2 * first + 3 * second


def test_linknet_encoder_is_resnet_18():
    # ResNet-18 on 224 x 224 x 3 has 1,814,073,344 multiply-adds with its
    # classifier of 512 x 1000; the encoder is the same without it.
    model = linknet((224, 224, 3))
    encoder = keras.Model(model.inputs, model.get_layer("enc4_b_relu").output)
    assert forward_macs(encoder) == 1_814_073_344 - 512 * 1000


def test_unknown_layer_is_refused():
    inputs = layers.Input((8, 4))
    model = keras.Model(inputs, layers.LSTM(3)(inputs))
    with pytest.raises(ValueError, match="Cannot count"):
        forward_macs(model)
