"""Networks that are timed in use have weights as after a training."""

import keras
import numpy as np
from keras import layers

from benchmarks.shared.trained import like_trained


def network():
    inputs = keras.Input((8, 8, 2))
    x = layers.Conv2D(3, 3, name="conv")(inputs)
    return keras.Model(inputs, layers.BatchNormalization(name="norm")(x))


def test_no_sum_adds_zero_and_no_product_is_by_one():
    model = network()
    kernel = model.get_layer("conv").get_weights()[0]
    assert like_trained(model) is model
    np.testing.assert_array_equal(model.get_layer("conv").get_weights()[0], kernel)
    for weight in model.weights:
        assert not np.isin(np.asarray(weight), (0, 1)).any(), weight.path
    assert np.all(np.asarray(model.get_layer("norm").moving_variance) > 0)


def test_the_same_on_every_backend_and_in_every_process():
    one, other = like_trained(network()), like_trained(network())
    for name in ("conv", "norm"):
        first, second = (m.get_layer(name).get_weights()[1] for m in (one, other))
        np.testing.assert_array_equal(first, second)
