"""The moving average against its recurrence, and in place of a model's weights."""

import keras
import numpy as np

from common.training.moving_average import MovingAverage
from tests.rounding import assert_close


def test_recurrence_of_tensorflow_1():
    weight = keras.Variable(np.array([1.0, -2.0]), dtype="float64")
    average = MovingAverage([weight], 0.3)
    expected, random = np.array(weight), np.random.default_rng(0)
    for step in range(1, 9):
        weight.assign(random.normal(size=2))
        average.update(step)
        decay = min(0.3, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * np.array(weight)
        np.testing.assert_allclose(np.array(average.variables[0]), expected, 1e-14)


def test_model_gets_its_own_weights_back():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    average = MovingAverage(model.trainable_variables, 0.9999)
    start = [np.array(w) for w in model.trainable_variables]
    for weight in model.trainable_variables:
        weight.assign(np.array(weight) + 1)
    own = [np.array(w) for w in model.trainable_variables]
    average.update(1)
    with average.in_place():
        inside = [np.array(w) for w in model.trainable_variables]
    for s, i in zip(start, inside, strict=True):
        assert_close(i, s + 9 / 11, 3, scale=2)
    for w, o in zip(model.trainable_variables, own, strict=True):
        np.testing.assert_array_equal(np.array(w), o)
