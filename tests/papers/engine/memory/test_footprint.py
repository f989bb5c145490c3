"""Bytes of a training step, against counts by hand."""

import keras
import pytest

from papers.engine.memory.footprint import Footprint, footprint_of

SGD = keras.optimizers.SGD
WEIGHTS = 3 * 3 * 2 * 5 + 5  # of the convolution
OUTPUTS = 8 * 8 * 2 + 8 * 8 * 5 + 4 * 4 * 5  # the input counts


def network(shape=(8, 8, 2), dtype=None):
    x = inputs = keras.Input(shape)
    x = keras.layers.Conv2D(5, 3, padding="same", dtype=dtype)(x)
    x = keras.layers.MaxPooling2D(dtype=dtype)(x)
    return keras.Model(inputs, x)


@pytest.mark.parametrize(
    ("optimizer", "averages", "copies"),
    [
        (SGD(0.1), False, 2),
        (SGD(0.1, momentum=0.9), False, 3),
        (keras.optimizers.Adam(), False, 4),
        (keras.optimizers.Adam(), True, 5),
    ],
    ids=["sgd", "momentum", "adam", "average"],
)
def test_weights_gradients_and_what_the_optimizer_keeps(optimizer, averages, copies):
    found = footprint_of(network(), optimizer, averages)
    assert found == Footprint(copies * WEIGHTS * 4, OUTPUTS * 4)


def test_statistics_have_no_gradient():
    inputs = keras.Input((4, 4, 3))
    model = keras.Model(inputs, keras.layers.BatchNormalization()(inputs))
    # Scale and offset with their gradients, and two moving statistics.
    assert footprint_of(model, SGD(0.1)).weights == (2 * 2 * 3 + 2 * 3) * 4


def test_half_precision_halves_what_the_layers_give():
    found = footprint_of(network(dtype="mixed_bfloat16"), SGD(0.1))
    inputs = 8 * 8 * 2  # which stay as they are
    assert found == Footprint(2 * WEIGHTS * 4, inputs * 4 + (OUTPUTS - inputs) * 2)


def test_a_network_for_any_size_is_counted_at_one():
    model = network((None, None, 2))
    found = footprint_of(model, SGD(0.1), shape=(8, 8, 2))
    assert found == footprint_of(network(), SGD(0.1))
    assert model.input_shape == (None, None, None, 2), "it is left as it is"
