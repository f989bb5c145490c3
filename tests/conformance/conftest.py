"""The catalog's networks, built and run once, and loaded again in a fresh process."""

import json
from functools import cache

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.conformance.catalog import LOSSES, networks
from tests.disks import run_python

BATCH = 3


def example(shape):
    return np.random.default_rng(0).random((BATCH, *shape), np.float32)


@cache
def build(network):
    """Returns the small network, no weight at its default, and an input."""
    keras.utils.set_random_seed(0)
    model = network.small()
    random = np.random.default_rng(0)
    for weight in model.weights:
        if len(weight.shape) == 1:  # biases and normalizations
            weight.assign(random.uniform(0.5, 1.5, weight.shape))
    return model, example(model.input_shape[1:])


def flat(outputs):
    return [np.asarray(output) for output in keras.tree.flatten(outputs)]


@cache
def run(network):
    """Returns what the small network makes of its input, operation by operation."""
    model, x = build(network)
    return model(x, training=False)


@cache
def compiled(network):
    """Returns the small network as one graph, traced once for batches of any size."""
    model, _ = build(network)
    anything = tf.TensorSpec(model.input_shape, tf.float32)
    return tf.function(lambda x: model(x, training=False), input_signature=[anything])


@pytest.fixture(scope="session")
def built():
    """Returns a function from an entry of the catalog to its model and an input."""
    return build


@pytest.fixture(scope="session")
def masks():
    """Returns truth and probability, `(batch, height, width, 1)`."""
    random = np.random.default_rng(1)
    truth = (random.random((2, 6, 6, 1)) < 0.3).astype(np.float32)
    return truth, random.uniform(0.01, 0.99, truth.shape).astype(np.float32)


@pytest.fixture(scope="session")
def fresh_process(tmp_path_factory, masks):
    """Returns a folder with what a fresh process loaded of all networks and losses."""
    folder = tmp_path_factory.mktemp("saved")
    for network in networks("saving"):
        model, x = build(network)
        model.save(folder / f"{network.name}.keras")
        model.save_weights(folder / f"{network.name}.weights.h5")
        np.save(folder / f"{network.name}.input.npy", x)
    configs = [keras.saving.serialize_keras_object(loss.make()) for loss in LOSSES]
    (folder / "losses.json").write_text(json.dumps(configs))
    np.save(folder / "masks.npy", masks)
    done = run_python(
        "import sys; from tests.conformance import load; load.main(sys.argv[1])", folder
    )
    assert done.returncode == 0, done.stderr
    return folder
