"""Properties of every loss of the catalog, within one process."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.conformance.catalog import LOSSES
from tests.rounding import sum_room

over_losses = pytest.mark.parametrize("entry", LOSSES, ids=lambda one: one.name)


def gradient(loss, truth, probability):
    probability = tf.constant(probability)
    with tf.GradientTape() as tape:
        tape.watch(probability)
        value = loss(truth, probability)
    return tape.gradient(value, probability).numpy()


@over_losses
def test_config_rebuilds_it(entry, masks):
    loss = entry.make()
    rebuilt = type(loss).from_config(loss.get_config())
    assert rebuilt.get_config() == loss.get_config()
    assert float(rebuilt(*masks)) == float(loss(*masks))


@over_losses
def test_is_registered(entry):
    kind = type(entry.make())
    name = keras.saving.get_registered_name(kind)
    assert name == f"braintumor>{kind.__name__}"
    assert keras.saving.get_registered_object(name) is kind


@over_losses
def test_graph_equals_eager(entry, masks):
    loss = entry.make()
    graph = tf.function(lambda truth, probability: loss(truth, probability))
    received = float(graph(*map(tf.constant, masks)))
    room = sum_room(masks[0].size)
    assert received == pytest.approx(float(loss(*masks)), abs=room)


@over_losses
def test_is_the_mean_over_the_batch(entry, masks):
    loss = entry.make()
    each = np.asarray(loss.call(*masks))
    assert each.shape == (len(masks[0]),)
    assert float(loss(*masks)) == pytest.approx(each.mean(), abs=sum_room(len(each)))


@over_losses
@pytest.mark.parametrize("kind", [np.uint8, np.bool_, np.float32])
def test_truth_may_be_of_any_type(entry, masks, kind):
    truth, probability = masks
    loss = entry.make()
    assert float(loss(truth.astype(kind), probability)) == float(loss(*masks))


@over_losses
@pytest.mark.parametrize("tumor", [0.0, 0.3, 1.0])
def test_perfect_map(entry, tumor):
    truth = (np.random.default_rng(0).random((2, 32, 32, 1)) < tumor).astype("float32")
    value = float(entry.make()(truth, truth))
    of_one_class = tumor in (0.0, 1.0) and entry.perfect_of_one_class is not None
    expected = entry.perfect_of_one_class if of_one_class else entry.perfect
    # Probabilities are kept off 0 and 1, and denominators off 0.
    assert value == pytest.approx(expected, abs=1e-4)


@over_losses
def test_a_better_map_has_a_lower_loss(entry, masks):
    truth, probability = masks
    loss = entry.make()
    shares = (0.0, 0.25, 0.5, 0.75, 1.0)
    mixed = [float(loss(truth, s * truth + (1 - s) * probability)) for s in shares]
    assert mixed == sorted(mixed, reverse=True)
    assert mixed[0] - mixed[-1] > 0.3


@over_losses
@pytest.mark.parametrize("value", [0.0, 1.0])
@pytest.mark.parametrize("truth", [0.0, 1.0])
def test_certain_maps_have_finite_values_and_gradients(entry, value, truth):
    probability = np.full((2, 4, 4, 1), value, np.float32)
    truth = np.full_like(probability, truth)
    loss = entry.make()
    assert np.isfinite(float(loss(truth, probability)))
    assert np.isfinite(gradient(loss, truth, probability)).all()
