"""The predictor of a trained network: the model's values, as they were."""

import keras
import numpy as np
import pytest

from common.inference.frozen import FrozenPredictor
from common.layers import fast_paths
from common.layers.batch_normalization import FusedBatchNormalization
from common.layers.small_map_conv2d import SmallMapConv2D
from tests.half_precision import require_half_precision
from tests.rounding import sum_room


def network(dtype="float32"):
    """Two outputs, a normalization whose statistics are far from those of a batch."""
    inputs = keras.Input((4, 4, 256))
    x = SmallMapConv2D(256, 3, padding="same", dtype=dtype)(inputs)
    norm = FusedBatchNormalization(dtype=dtype)
    x = keras.layers.Dropout(0.5, dtype=dtype)(norm(x))
    maps = keras.layers.Conv2D(1, 1, activation="sigmoid", dtype=dtype, name="map")(x)
    means = keras.layers.GlobalAveragePooling2D(dtype=dtype, name="mean")(x)
    norm.moving_mean.assign(np.linspace(-1, 1, 256))
    norm.moving_variance.assign(np.linspace(0.1, 5, 256))
    return keras.Model(inputs, {"map": maps, "mean": means})


@pytest.fixture
def x():
    return np.random.default_rng(0).random((5, 4, 4, 256), np.float32)


@pytest.mark.parametrize("count", [1, 3, 5])
@pytest.mark.parametrize(
    "dtype, room",
    [
        # A convolution of 3x3x256 terms, and one or a mean after it.
        ("float32", sum_room(9 * 256 + 256)),
        ("mixed_bfloat16", 0.05),  # some units of its eight binary digits
    ],
)
def test_equals_the_model_whatever_the_count(x, count, dtype, room):
    if dtype != "float32":
        require_half_precision(dtype)
    model = network(dtype)
    received = FrozenPredictor(model, 5)(x[:count])
    expected = model(x[:count], training=False)
    assert received.keys() == expected.keys()
    for name, value in received.items():
        assert isinstance(value, np.ndarray) and len(value) == count
        other = np.asarray(keras.ops.cast(expected[name], "float32"))
        scale = np.abs(other).max()
        value = value.astype("float32")
        np.testing.assert_allclose(value, other, rtol=0, atol=room * scale)


def test_keeps_the_weights_it_was_made_with(x):
    model = network()
    predict = FrozenPredictor(model, 5)
    for weight in model.weights:
        weight.assign(weight * 0)
    kept = predict(x)
    assert np.abs(kept["mean"]).max() > 0.1
    np.testing.assert_array_equal(predict(x)["map"], kept["map"])
    assert np.abs(FrozenPredictor(model, 5)(x)["mean"]).max() == 0


def test_repeats_to_the_bit(x):
    first, second = (FrozenPredictor(network_of(7), 5)(x)["map"] for _ in range(2))
    np.testing.assert_array_equal(first, second)


def network_of(seed):
    keras.utils.set_random_seed(seed)
    return network()


def test_fast_paths_are_back_afterwards(x):
    kept = fast_paths.batch_normalization, fast_paths.small_map_conv2d
    FrozenPredictor(network(), 5)(x)
    assert all(kept)
    assert kept == (fast_paths.batch_normalization, fast_paths.small_map_conv2d)
    with pytest.raises(RuntimeError), fast_paths.portable("small_map_conv2d"):
        assert fast_paths.small_map_conv2d is None
        raise RuntimeError
    assert fast_paths.small_map_conv2d is kept[1]
