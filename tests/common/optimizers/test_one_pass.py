"""Updates by one operation against those of Keras and of NumPy."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from common.optimizers import fast_path
from common.optimizers.adam import FusedAdam
from common.optimizers.sgd import FusedSGD
from tests.rounding import sum_room

STEPS = 7
SHAPES = ((3, 3, 4, 6), (6,), ())


def schedule():
    return keras.optimizers.schedules.ExponentialDecay(0.05, 2, 0.7)


OPTIMIZERS = {
    "momentum": (FusedSGD, keras.optimizers.SGD, {"momentum": 0.9}),
    "nesterov": (FusedSGD, keras.optimizers.SGD, {"momentum": 0.9, "nesterov": True}),
    "plain": (FusedSGD, keras.optimizers.SGD, {}),
    "adam": (FusedAdam, keras.optimizers.Adam, {"epsilon": 1e-8}),
    "other betas": (FusedAdam, keras.optimizers.Adam, {"beta_1": 0.5, "beta_2": 0.9}),
    "amsgrad": (FusedAdam, keras.optimizers.Adam, {"amsgrad": True}),
    "clipped": (FusedAdam, keras.optimizers.Adam, {"clipnorm": 0.5}),
    "averaged": (FusedSGD, keras.optimizers.SGD, {"momentum": 0.9, "use_ema": True}),
}
FAST = {"momentum": "ResourceApplyKerasMomentum", "adam": "ResourceApplyAdam"}


def values(seed):
    random = np.random.default_rng(seed)
    return [random.normal(size=shape).astype("float32") for shape in SHAPES]


def trained(optimizer):
    """All variables after some updates, those of the optimizer too."""
    variables = [keras.Variable(value) for value in values(0)]
    optimizer.build(variables)

    @tf.function
    def update(gradients):
        optimizer.apply(gradients, variables)

    for step in range(STEPS):
        update([tf.constant(value) for value in values(step + 1)])
    return [np.asarray(v) for v in (*variables, *optimizer.variables)]


def operations(optimizer):
    """The kinds of operations in the graph of an update."""
    variables = [keras.Variable(value) for value in values(0)]
    optimizer.build(variables)
    update = tf.function(lambda gradients: optimizer.apply(gradients, variables))
    graph = update.get_concrete_function([tf.constant(v) for v in values(1)]).graph
    return [operation.type for operation in graph.get_operations()]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_it_is_the_optimizer_of_keras(name):
    fused, keras_own, options = OPTIMIZERS[name]
    ours, theirs = (trained(kind(schedule(), **options)) for kind in (fused, keras_own))
    moved = np.abs(ours[0] - values(0)[0]).max()
    assert moved > 0.05
    # Each update is a dozen operations; Adam divides by a root that may be small.
    for one, other in zip(ours, theirs, strict=True):
        room = sum_room(12 * STEPS, np.abs(other).max(initial=1))
        np.testing.assert_allclose(one, other, rtol=0, atol=room)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_without_fast_path_it_is_keras_to_the_bit(name, monkeypatch):
    monkeypatch.setattr(fast_path, "one_pass", None)
    fused, keras_own, options = OPTIMIZERS[name]
    for one, other in zip(
        trained(fused(schedule(), **options)),
        trained(keras_own(schedule(), **options)),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", FAST)
def test_one_operation_updates_a_weight(name):
    fused, _, options = OPTIMIZERS[name]
    kinds = operations(fused(0.1, **options))
    assert kinds.count(FAST[name]) == len(SHAPES)
    assigned = [kind for kind in kinds if kind.startswith("Assign")]
    assert len(assigned) == 1  # the number of updates


def test_momentum_by_the_formula():
    optimizer = FusedSGD(0.1, momentum=0.9)
    received = trained(optimizer)[0]
    weight, velocity = values(0)[0].astype(float), 0.0
    for step in range(STEPS):
        velocity = 0.9 * velocity - 0.1 * values(step + 1)[0]
        weight += velocity
    room = sum_room(2 * STEPS, np.abs(weight).max())
    np.testing.assert_allclose(received, weight, rtol=0, atol=room)


def test_adam_by_the_formula():
    """Kingma & Ba 2015, the form of section 2 whose epsilon is not corrected."""
    received = trained(FusedAdam(0.1, epsilon=1e-3))[0]
    weight, mean, square = values(0)[0].astype(float), 0.0, 0.0
    for step in range(1, STEPS + 1):
        gradient = values(step)[0].astype(float)
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        rate = 0.1 * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
        weight -= rate * mean / (np.sqrt(square) + 1e-3)
    # 1 - 0.999 in float32 has lost three of its seven digits.
    np.testing.assert_allclose(received, weight, rtol=0, atol=2e-4)


def test_sparse_gradients_are_updated_by_keras():
    """Of an embedding, only the rows that were looked up have a gradient."""
    tables = []
    for kind in (FusedSGD, keras.optimizers.SGD):
        table = keras.Variable(np.ones((5, 3), "float32"))
        optimizer = kind(0.5, momentum=0.9)
        optimizer.build([table])
        rows = tf.IndexedSlices(
            tf.ones((2, 3)), tf.constant([1, 3]), tf.constant([5, 3])
        )
        optimizer.apply([rows], [table])
        tables.append(np.asarray(table))
    np.testing.assert_array_equal(*tables)
    assert (tables[0][[0, 2, 4]] == 1).all() and (tables[0][[1, 3]] == 0.5).all()


@pytest.mark.parametrize("kind", [FusedSGD, FusedAdam])
def test_a_loss_scale_goes_around_it(kind):
    optimizer = keras.optimizers.LossScaleOptimizer(kind(0.1), initial_scale=8.0)
    variable = keras.Variable([1.0, 2.0])
    optimizer.build([variable])
    optimizer.apply([tf.constant([8.0, np.inf])], [variable])
    np.testing.assert_array_equal(variable, [1.0, 2.0])
    optimizer.apply([tf.constant([4.0, 4.0])], [variable])
    assert (np.asarray(variable) < [1.0, 2.0]).all()


@pytest.mark.parametrize("name", FAST)
def test_config_rebuilds_it(name):
    fused, _, options = OPTIMIZERS[name]
    optimizer = fused(schedule(), **options)
    rebuilt = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert type(rebuilt) is fused
    assert rebuilt.get_config() == optimizer.get_config()
