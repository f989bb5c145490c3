"""Values and gradients of all losses repeat to the last bit on a busy machine."""

import contextlib
import threading
from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf

from common.training.repeatable import gradients, make_repeatable
from papers.cunet.losses import BoundaryLoss, CascadeLoss, PlainLoss
from papers.hierdice.losses import LOSSES as OF_LABELS
from papers.hierdice.losses import make_loss
from papers.hierdice.protocol import Loss
from tests.conformance.catalog import LOSSES as OF_MASKS

# Of two outcomes of which one comes in a third of all cases, twenty repeats see only
# one in less than a case of a thousand.
REPEATS = 20
SHAPE = (4, 64, 64)
# The logits' channels, by the name of a network's output where there are several.
CASCADE = {
    f"{branch}{head}": n
    for branch, n in (("wt", 2), ("sub", 4))
    for head in ("", "_aux16", "_aux8", "_aux4", "_aux2")
}
BOUNDARY = {"tissue": 4, "boundary": 2, "combined": 4}
CASES = {
    **{entry.name: (entry.make, 1, tf.sigmoid) for entry in OF_MASKS},
    **{
        f"hierdice_{name}": (partial(make_loss, name, Loss()), 5, tf.nn.softmax)
        for name in OF_LABELS
    },
    "cunet_cascade": (CascadeLoss, CASCADE, tf.identity),
    "cunet_boundary": (BoundaryLoss, BOUNDARY, tf.identity),
    "cunet_plain": (PlainLoss, 4, tf.identity),
}


@contextlib.contextmanager
def busy():
    """Threads that keep all processors from running operations in one order."""
    over, begun = threading.Event(), threading.Barrier(5)

    def work():
        begun.wait()
        while not over.is_set():
            tf.linalg.matmul(tf.ones((200, 200)), tf.ones((200, 200)))

    with contextlib.ExitStack() as stack:
        stack.callback(over.set)
        threads = [threading.Thread(target=work, daemon=True) for _ in range(4)]
        for thread in threads:
            thread.start()
        begun.wait()
        yield
    for thread in threads:
        thread.join()


def truth_for(name, channels, random):
    labels = random.integers(0, max(channels, 2), (*SHAPE, 1)).astype("float32")
    if not name.startswith("cunet"):
        return tf.constant(labels)
    truth = {
        "labels": random.integers(0, 4, (*SHAPE, 1)),
        "boundary": random.integers(0, 2, (*SHAPE, 1)),
        "weights": random.integers(0, 3, (*SHAPE, 2)),
        "omega": np.full(len(labels), 0.1),
    }
    return {key: tf.constant(value, tf.float32) for key, value in truth.items()}


@pytest.mark.parametrize("name", CASES)
def test_a_loss_repeats_under_load(name):
    make_repeatable()
    make, channels, activation = CASES[name]
    random = np.random.default_rng(0)
    loss = make()
    logits = keras.tree.map_structure(
        lambda n: keras.Variable(random.normal(size=(*SHAPE, n)).astype("float32")),
        channels,
    )
    several = isinstance(channels, dict)
    truth = truth_for(name, 4 if several else channels, random)
    variables = list(logits.values()) if several else [logits]

    @tf.function(autograph=False)
    def step():
        maps = [activation(variable.value) for variable in variables]
        prediction = dict(zip(logits, maps, strict=True)) if several else maps[0]
        value = tf.reduce_mean(loss.call(truth, prediction))
        return [value, *gradients(value, variables)]

    # Traced and compiled before, for which no processor needs to be busy.
    assert any(np.any(gradient) for gradient in step()[1:])
    with busy():
        seen = {
            b"".join(part.numpy().tobytes() for part in step()) for _ in range(REPEATS)
        }
    assert len(seen) == 1
