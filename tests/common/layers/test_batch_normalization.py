"""Batch normalization by TensorFlow's fused kernel against Keras's own."""

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf

from common.layers import fast_paths
from common.layers.batch_normalization import FusedBatchNormalization
from tests.half_precision import require_half_precision
from tests.rounding import assert_close

SHAPE = (3, 7, 6, 5)
PIXELS = 3 * 7 * 6


@pytest.fixture
def pair():
    """Returns our layer and Keras's with the same weights."""
    options = {"momentum": 0.9, "epsilon": 1e-2}
    layers = [
        kind(**options)
        for kind in (FusedBatchNormalization, keras.layers.BatchNormalization)
    ]
    random = np.random.default_rng(0)
    values = [random.uniform(0.5, 1.5, SHAPE[-1:]) for _ in range(4)]
    for layer in layers:
        layer.build(SHAPE)
        layer.set_weights(values)
    return layers


def features(shape=SHAPE):
    return np.random.default_rng(1).normal(2, 3, shape).astype(np.float32)


def gradients(layer, x):
    x = tf.constant(x)
    weights = np.random.default_rng(2).normal(size=SHAPE).astype(np.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = tf.reduce_sum(layer(x, training=True) * weights)
    return tape.gradient(total, [x, *layer.trainable_variables])


def test_values_are_those_of_keras(pair):
    x = features()
    for training in (False, True):
        ours, theirs = (layer(x, training=training) for layer in pair)
        assert_close(ours, theirs, 2 * PIXELS)
    assert [w.path.split("/")[-1] for w in pair[0].weights] == [
        w.path.split("/")[-1] for w in pair[1].weights
    ]


def test_gradients_are_those_of_keras(pair):
    ours, theirs = (gradients(layer, features()) for layer in pair)
    for one, other in zip(ours, theirs, strict=True):
        assert np.abs(other).max() > 1e-3
        assert_close(one, other, 4 * PIXELS)


def test_moving_variance_is_unbiased(pair):
    x = features()
    before = [np.array(w) for w in pair[0].non_trainable_variables]
    pair[0](x, training=True)
    mean, variance = (np.array(w) for w in pair[0].non_trainable_variables)
    expected = 0.9 * before[0] + 0.1 * x.mean((0, 1, 2))
    assert_close(mean, expected, PIXELS)
    expected = 0.9 * before[1] + 0.1 * x.var((0, 1, 2), ddof=1)
    assert_close(variance, expected, 2 * PIXELS)
    pair[1](x, training=True)
    biased = np.array(pair[1].moving_variance)
    added = (variance - 0.9 * before[1]) / (biased - 0.9 * before[1])
    np.testing.assert_allclose(added, PIXELS / (PIXELS - 1), rtol=1e-3)


def test_frozen_layer_normalizes_by_its_moving_values(pair):
    x = features()
    expected = np.asarray(pair[0](x, training=False))
    pair[0].trainable = False
    np.testing.assert_array_equal(pair[0](x, training=True), expected)


def test_without_fast_path_it_is_the_layer_of_keras(pair, monkeypatch):
    monkeypatch.setattr(fast_paths, "batch_normalization", None)
    ours, theirs = (np.asarray(layer(features(), training=True)) for layer in pair)
    np.testing.assert_array_equal(ours, theirs)


def test_weights_lie_where_trained_networks_have_them(tmp_path):
    """Keras names the groups of a weight file after classes."""
    model = keras.Sequential([keras.Input(SHAPE[1:]), FusedBatchNormalization()])
    model.save_weights(tmp_path / "model.weights.h5")
    with h5py.File(tmp_path / "model.weights.h5") as file:
        assert list(file["layers"]) == ["fused_batch_normalization"]


def test_other_ranks_are_normalized_by_keras():
    x = features((4, 6, 5))
    layers = FusedBatchNormalization(), keras.layers.BatchNormalization()
    ours, theirs = (np.asarray(layer(x, training=True)) for layer in layers)
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("given", ["float32", "float64"])
def test_float64_is_normalized_by_keras(given):
    x = features().astype(given)
    layers = [
        kind(dtype="float64")
        for kind in (FusedBatchNormalization, keras.layers.BatchNormalization)
    ]
    ours, theirs = (np.asarray(layer(x, training=True)) for layer in layers)
    assert ours.dtype == np.float64
    np.testing.assert_array_equal(ours, theirs)


def test_synchronized_replicas_are_normalized_by_keras():
    layer = FusedBatchNormalization(synchronized=True)
    function = tf.function(lambda x: layer(x, training=True))
    graph = function.get_concrete_function(tf.TensorSpec(SHAPE)).graph
    assert "FusedBatchNormV3" not in {op.type for op in graph.get_operations()}
    assert layer.get_config()["synchronized"]


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_stays_in_half_precision(dtype):
    require_half_precision(dtype)
    layer = FusedBatchNormalization(dtype=f"mixed_{dtype}")
    y = layer(tf.cast(features(), dtype), training=True)
    assert y.dtype == dtype
    assert {w.dtype for w in layer.weights} == {"float32"}
    moments = np.asarray(tf.cast(y, "float32")).reshape(-1, SHAPE[-1])
    np.testing.assert_allclose(moments.std(0), 1, atol=2e-2)


def test_config_rebuilds_it():
    layer = FusedBatchNormalization(momentum=0.8, epsilon=1e-4, name="norm")
    rebuilt = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(layer)
    )
    assert rebuilt.get_config() == layer.get_config()
    assert (rebuilt.momentum, rebuilt.epsilon, rebuilt.name) == (0.8, 1e-4, "norm")
    assert not rebuilt.autocast
