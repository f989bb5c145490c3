"""Normalization by batch statistics and PReLU on both paths, against NumPy."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from common.layers.batch_statistics import BatchStatisticsPReLU, plain_prelu
from common.layers.tensorflow import batch_statistics as fast
from tests.rounding import assert_close

EPSILON = 1e-3
SHAPES = [(2, 3, 8, 10, 4), (1, 5, 7, 3, 2), (3, 1, 1, 1, 33), (2, 4, 6, 5, 600)]
both = pytest.mark.parametrize("function", [plain_prelu, fast.normalize_prelu])


def example(shape):
    random = np.random.default_rng(len(shape) + shape[-1])
    x = random.normal(3, 2, shape).astype(np.float32)
    parameters = random.normal(size=(3, shape[-1])).astype(np.float32)
    return x, *parameters


def expected(x, gamma, beta, alpha):
    """The definition in float64."""
    x = x.astype(np.float64)
    axes = tuple(range(x.ndim - 1))
    unit = (x - x.mean(axes)) / np.sqrt(x.var(axes) + EPSILON)
    y = unit * gamma + beta
    return np.where(y > 0, y, alpha * y)


@both
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_values(function, shape):
    arrays = example(shape)
    received = function(*map(tf.constant, arrays), EPSILON)
    x, gamma, *_ = arrays
    axes = tuple(range(x.ndim - 1))
    # The mean is subtracted, and what is left divided by the deviation.
    scale = np.abs(gamma * x).max(axes) / np.sqrt(x.var(axes) + EPSILON)
    terms = 4 * np.prod(shape[:-1])
    assert_close(received, expected(*arrays), terms, scale.max())


@both
def test_gradients_are_those_of_finite_differences(function):
    arrays = [a.astype(np.float64) for a in example((1, 2, 3, 4, 2))]
    cotangent = np.random.default_rng(0).normal(size=arrays[0].shape)
    tensors = [tf.constant(a, tf.float32) for a in arrays]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        total = tf.reduce_sum(function(*tensors, EPSILON) * cotangent.astype("float32"))
    for array, gradient in zip(arrays, tape.gradient(total, tensors), strict=True):
        slope = np.zeros_like(array)
        for index in np.ndindex(array.shape):
            kept = array[index]
            sides = []
            for step in (1e-6, -1e-6):
                array[index] = kept + step
                sides.append((expected(*arrays) * cotangent).sum())
            array[index] = kept
            slope[index] = (sides[0] - sides[1]) / 2e-6
        np.testing.assert_allclose(gradient, slope, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("shape", SHAPES[:1], ids=str)
def test_both_paths_have_the_same_gradients_in_a_graph(shape):
    arrays = example(shape)
    cotangent = example(shape)[0]

    def gradients(function):
        @tf.function(autograph=False)
        def run(*tensors):
            with tf.GradientTape() as tape:
                tape.watch(tensors)
                total = tf.reduce_sum(function(*tensors, EPSILON) * cotangent)
            return tape.gradient(total, tensors)

        return run(*map(tf.constant, arrays))

    pairs = zip(gradients(fast.normalize_prelu), gradients(plain_prelu), strict=True)
    for received, twin in pairs:
        assert_close(received, twin, 4 * np.prod(shape[:-1]))


def test_statistics_of_millions_of_values_keep_their_digits():
    """A float32 sum over all values in turn loses three of them."""
    random = np.random.default_rng(0)
    x = random.normal(3, 1, (4, 16, 128, 128, 4)).astype(np.float32)
    one, zero = np.ones(4, np.float32), np.zeros(4, np.float32)
    received = np.asarray(fast.normalize_prelu(tf.constant(x), one, zero, one, 0.0))
    received = received.reshape(-1, 4).astype(np.float64)
    np.testing.assert_allclose(received.mean(0), 0, atol=1e-6)
    np.testing.assert_allclose(np.square(received).mean(0), 1, atol=1e-5)


def test_layer_takes_the_fast_path_only_where_it_may(monkeypatch):
    x = tf.constant(example((2, 3, 8, 10, 4))[0])
    assert not fast.accepts(x)
    monkeypatch.setattr(fast, "MIN_VALUES", x.shape.num_elements())
    assert fast.accepts(x)
    assert not fast.accepts(tf.cast(x, tf.bfloat16))
    called = []
    monkeypatch.setattr(fast, "normalize_prelu", lambda x, *_: called.append(1) or x)
    BatchStatisticsPReLU(xla=False)(x)
    assert not called
    BatchStatisticsPReLU()(x)
    assert called


def test_examples_affect_each_other_in_prediction_too():
    x = example((4, 3, 4, 4, 2))[0] * np.arange(1, 5)[:, None, None, None, None]
    layer = BatchStatisticsPReLU()
    together = np.asarray(layer(x, training=False))
    assert_close(together, layer(x, training=True), 4 * x[..., 0].size)
    assert np.abs(together[:1] - layer(x[:1], training=False)).max() > 0.1
    assert not layer.non_trainable_weights


def test_config_initial_values_and_mixed_precision():
    layer = BatchStatisticsPReLU(1e-2, xla=False, name="one")
    again = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(layer)
    )
    assert again.get_config() == layer.get_config()
    again.build((None, None, 3))
    values = [w.numpy().tolist() for w in (again.gamma, again.beta, again.alpha)]
    assert values == [[1.0] * 3, [0.0] * 3, [0.0] * 3]
    assert again.compute_output_shape((None, 5, 3)) == (None, 5, 3)
    half = BatchStatisticsPReLU(dtype="mixed_float16")
    y = half(example((2, 3, 8, 10, 4))[0])
    assert y.dtype == "float16"
    assert np.isfinite(y).all()
