"""Training steps whose sums do not depend on timing."""

import dataclasses
import threading
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from common.evidence import replace
from common.training.placement import place
from common.training.precision import scaled
from common.training.repeatable import gradients, make_repeatable
from data.splits.split import Split
from papers import registry
from papers.hierdice.losses import make_loss
from papers.hierdice.protocol import Loss
from tests.graphs import optimized_operations

# Beside `AddN`, the kernels that depend on the order in which threads arrive and that
# TensorFlow's op determinism neither replaces nor refuses; and why.
ORDER_DEPENDENT = {
    "AccumulateNV2": "adds each input when it is there",
    "AccumulatorApplyGradient": "adds gradients as they are delivered",
    "ResourceAccumulatorApplyGradient": "adds gradients as they are delivered",
    "NcclAllReduce": "NCCL chooses the tree of additions",
    "NcclReduce": "NCCL chooses the tree of additions",
    "RandomUniform": "draws from a generator that steps share",
    "RandomUniformInt": "draws from a generator that steps share",
    "RandomStandardNormal": "draws from a generator that steps share",
    "TruncatedNormal": "draws from a generator that steps share",
    "RandomShuffle": "draws from a generator that steps share",
}

# What makes the networks of a paper small, and the cases' shape.
SMALL = {
    "linkdsl": ({"training.batch_size": 2}, ()),
    "cunet": ({"training.batch_size": 2, "network.cu_net_filters": 4}, (24, 48, 48)),
    "dsunet": ({"network.base_filters": 2}, ()),
    "hierdice": ({"network.base_filters": 4, "training.tower_size": 1}, (24, 64, 64)),
    # The published L2 is a sum over all kernels.
    "anisocascade": (
        {"training.batch_size": 1, "training.weight_decay": 1e-7},
        (24, 48, 48),
    ),
}
SIDES = {"anisocascade": (19, 32, 32)}  # of inputs that the network leaves open


def different(paper):
    """Yields the methods that train, one of those that differ in names only."""
    seen = set()
    for method in paper.methods:
        values = dataclasses.asdict(method)
        for name in ("id", "title", "view", "version", "by_default", "starts_from"):
            values.pop(name, None)
        key = repr(values)
        if not method.parts and not method.released and key not in seen:
            seen.add(key)
            yield method


CASES = [(paper, method) for paper in registry.papers() for method in different(paper)]
# One per paper in every run of the tests; the others take some seconds each, too.
EVERY_TIME = ("multi", "cun_lws", "separable", "resunet-hierarchical", "wnet-axial")


def truth_of(paper, model, x, rng):
    """Returns a truth that fits the method's loss."""
    prediction = model(x)
    if paper.id == "cunet":
        batch, height, width, _ = x.shape
        planes = (batch, height, width)
        return {
            "labels": rng.integers(0, 4, (*planes, 1)).astype("float32"),
            "boundary": rng.integers(0, 2, (*planes, 1)).astype("float32"),
            "weights": rng.random((*planes, 2), np.float32),
            "omega": np.full(batch, 0.5, np.float32),
        }
    if paper.id in ("linkdsl", "dsunet"):
        return (rng.random(prediction.shape) > 0.5).astype("float32")
    shape = (*prediction.shape[:-1], 1)
    return rng.integers(0, prediction.shape[-1], shape).astype("float32")


def step_of(paper, method):
    """Builds the update as the runner does; returns it with a batch."""
    overrides, shape = SMALL[paper.id]
    protocol = replace(paper.protocol_of("demo"), overrides)
    cache = SimpleNamespace(info=lambda case_id: SimpleNamespace(shape=shape))
    split = Split(0, ("a",), ("b",), ("c",))
    experiment = paper.experiment(
        method, protocol, cache, split, 0, maps=method.previous and object()
    )
    training = protocol.training
    placement = place(protocol.towers, training.batch_size)
    keras.backend.clear_session()
    keras.utils.set_random_seed(0)
    make_repeatable()
    with placement.scope():
        model = experiment.build()
        optimizer = scaled(experiment.optimizer(), training.precision)
        optimizer.build(model.trainable_variables)
    rng = np.random.default_rng(0)
    *sides, channels = model.input_shape[1:]
    sides = SIDES.get(paper.id, sides)
    x = rng.random((training.batch_size, *sides, channels), np.float32)
    y = truth_of(paper, model, x, rng)
    step = placement.make_step(model, experiment.loss(), optimizer)
    return step, *keras.tree.map_structure(tf.constant, (x, y))


def order_dependent(operations):
    """Returns those of counted operations that may have more than one result."""
    return {
        (name, inputs): count
        for (name, inputs), count in operations.items()
        if name in ORDER_DEPENDENT or (name == "AddN" and inputs > 2)
    }


@pytest.mark.parametrize(
    ("paper", "method"),
    [
        pytest.param(
            paper,
            method,
            id=f"{paper.id}-{method.id}",
            marks=[] if method.id in EVERY_TIME else pytest.mark.slow,
        )
        for paper, method in CASES
    ],
)
def test_step_has_no_order_dependent_kernel(paper, method, tmp_path):
    operations = optimized_operations(tmp_path, *step_of(paper, method))
    assert any(name.startswith("Conv") for name, _ in operations)
    assert order_dependent(operations) == {}


def test_order_dependent_kernels_are_found(tmp_path):
    x = tf.Variable(np.linspace(-1, 1, 1000, dtype=np.float32))

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            value = tf.reduce_sum(tf.sin(x) * tf.cos(x) * tf.sqrt(x + 2.0))
        return tape.gradient(value, x), tf.random.uniform((2,), seed=1)

    assert set(order_dependent(optimized_operations(tmp_path, step))) == {
        ("AddN", 3),
        ("RandomUniform", 1),
    }


def test_optimizer_leaves_chains_of_additions(tmp_path):
    make_repeatable()

    @tf.function
    def chain(a, b, c, d):
        return a * b + b * c + c * d + d * a

    values = [tf.random.stateless_normal((100, 100), (i, 0)) for i in range(4)]
    operations = optimized_operations(tmp_path, chain, *values)
    assert operations["AddV2", 2] == 3


def test_hierarchical_dice_repeats_under_load():
    make_repeatable()
    rng = np.random.default_rng(0)
    logits = keras.Variable(rng.normal(size=(8, 64, 64, 5)).astype("float32"))
    labels = tf.constant(rng.integers(0, 5, (8, 64, 64, 1)).astype("float32"))
    loss = make_loss("hierarchical_dice", Loss())

    @tf.function
    def step():
        value = loss(labels, tf.nn.softmax(logits.value))
        return [value, *gradients(value, [logits])]

    over = threading.Event()

    def work():
        while not over.is_set():
            tf.linalg.matmul(tf.ones((200, 200)), tf.ones((200, 200)))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        seen = {b"".join(part.numpy().tobytes() for part in step()) for _ in range(50)}
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert len(seen) == 1
