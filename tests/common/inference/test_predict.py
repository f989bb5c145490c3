"""The predictor: equal to the model, in inference mode, compiled once."""

import keras
import numpy as np
import pytest

from common.inference.predict import Predictor
from tests.rounding import assert_close

TERMS = 18 + 4 + 3 + 4  # two convolutions, a normalization and a sigmoid


class Counting(keras.layers.Layer):
    """Doubles its input and records how often Python runs its call."""

    def __init__(self):
        super().__init__()
        self.shapes = []

    def call(self, x):
        self.shapes.append(x.shape[0])
        return 2 * x


@pytest.fixture(scope="module")
def model():
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input((8, 8, 2)),
            layers.Conv2D(3, 3, padding="same"),
            layers.BatchNormalization(),
            layers.Dropout(0.5),
            layers.Conv2D(1, 1, activation="sigmoid"),
        ]
    )
    # Statistics far from those of any batch.
    mean, variance = model.layers[1].non_trainable_variables
    mean.assign([0.5, -0.5, 1.0])
    variance.assign([0.1, 2.0, 5.0])
    return model


@pytest.fixture
def x():
    return np.random.default_rng(0).random((5, 8, 8, 2), np.float32)


@pytest.mark.parametrize("count", [1, 2, 4, 5])
def test_equals_the_model_whatever_the_count(model, x, count):
    received = Predictor(model, 5)(x[:count])
    expected = model(x, training=False).numpy()[:count]
    assert isinstance(received, np.ndarray)
    assert_close(received, expected, TERMS)


def test_uses_the_current_weights(model, x):
    predict = Predictor(model, 5)
    before = predict(x)
    kernel = model.layers[-1].kernel
    kernel.assign(-kernel)
    after = predict(x)
    assert np.abs(after - before).max() > 0.01
    assert_close(after, model(x, training=False), TERMS)


def test_is_compiled_once(x):
    layer = Counting()
    predict = Predictor(keras.Sequential([keras.layers.Input((8, 8, 2)), layer]), 4)
    layer.shapes.clear()
    for count in (4, 1, 3, 2, 4):
        np.testing.assert_array_equal(predict(x[:count]), 2 * x[:count])
    assert layer.shapes == [4]
