"""What another Keras backend does, in a process and an environment of its own.

Run `python -m tests.conformance.backend_job FOLDER NAME…` with `KERAS_BACKEND=jax` or
`torch`. `tests/conformance/test_backends.py` wrote into the folder what TensorFlow
computes; each name is that of a network or loss of the catalog, or
`depthwise_geometry`.
"""

import importlib.util
import pkgutil
import sys
from pathlib import Path

import keras
import numpy as np

from tests.common.layers.depthwise_oracle import (
    STRIDES,
    Oracle,
    geometries,
    pairwise,
    three_at_a_time,
)
from tests.conformance.rooms import room

ROOT = Path(__file__).resolve().parents[2]


def import_everything():
    """Imports all layers, losses and networks; returns the number of modules."""
    names = [f"papers.{path.parent.name}.{path.stem}" for path in portable_files()]
    for name in ("common.layers", "common.losses"):
        package = importlib.import_module(name)
        found = pkgutil.iter_modules(package.__path__)
        names += [f"{name}.{one.name}" for one in found if one.name != "tensorflow"]
        for public in package.__all__:
            getattr(package, public)
    for name in names:
        importlib.import_module(name)
    return len(names)


def portable_files():
    """The files of the papers that hold networks and losses."""
    return sorted(ROOT.glob("papers/*/networks.py")) + sorted(
        ROOT.glob("papers/*/losses.py")
    )


def outputs(model, x):
    """Returns the outputs in prediction, as a list of arrays."""
    found = keras.tree.flatten(model(x))
    return [keras.ops.convert_to_numpy(output) for output in found]


def check_network(network, folder):
    """Runs forward, trains on one batch, saves and loads.

    Args:
        network: an entry of the catalog.
        folder: where its weights, input and outputs on TensorFlow are.
    """
    model = network.small()
    model.load_weights(folder / f"{network.name}.weights.h5")
    with np.load(folder / f"{network.name}.npz") as arrays:
        x, *expected = arrays.values()
    found = outputs(model, x)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=room(network))
    if model.trainable_weights:
        train(model, x)
    trained = outputs(model, x)
    model.save(folder / "trained.keras")
    loaded = keras.saving.load_model(folder / "trained.keras")
    for one, other in zip(outputs(loaded, x), trained, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def train(model, x):
    """Trains on one batch and asserts that a weight has moved and none is lost."""
    before = model.get_weights()
    truth = keras.tree.map_structure(
        lambda output: np.ones((len(x), *output.shape[1:]), np.float32), model.output
    )
    model.compile(keras.optimizers.SGD(1e-4), "mse")
    values = np.asarray(model.train_on_batch(x, truth))
    assert np.isfinite(values).all(), values
    after = model.get_weights()
    assert all(np.isfinite(weight).all() for weight in after)
    assert any((one != other).any() for one, other in zip(before, after, strict=True))


def loss_and_step(entry, truth, probability):
    """Returns the loss of a map, and the weights of one pixel after a step."""
    loss = entry.make()
    value = keras.ops.convert_to_numpy(loss(truth, probability))
    model = keras.Sequential(
        [
            keras.Input(probability.shape[1:]),
            keras.layers.Conv2D(1, 1, activation="sigmoid"),
        ]
    )
    model.set_weights([np.full((1, 1, 1, 1), 0.7), np.full((1,), -0.2)])
    model.compile(keras.optimizers.SGD(0.1), loss)
    model.train_on_batch(probability, truth)
    return np.asarray([value, *(weight.item() for weight in model.get_weights())])


def check_loss(entry, folder):
    """Compares the loss and a step of training with TensorFlow's."""
    with np.load(folder / f"{entry.name}.npz") as arrays:
        truth, probability, expected = arrays.values()
    received = loss_and_step(entry, truth, probability)
    np.testing.assert_allclose(received, expected, rtol=1e-4, atol=1e-6)


def check_geometry(padding):
    """Compares depthwise convolution in some geometries with the oracle."""
    from common.layers import DepthwiseConv3D

    random = np.random.default_rng(0)
    some = list(pairwise(geometries(padding, STRIDES)))[:20]
    for axes in three_at_a_time(some):
        sides, sizes, rates, strides = zip(*axes, strict=True)
        layer = DepthwiseConv3D(sizes, strides, padding, 2, dilation_rate=rates)
        x = random.normal(size=(2, *sides, 2)).astype(np.float32)
        layer.build(x.shape)
        kernel, bias = layer.get_weights()
        expected = Oracle(axes, padding).forward(x, kernel) + bias
        (received,) = outputs(layer, x)
        np.testing.assert_allclose(received, expected, rtol=1e-4, atol=1e-5)
        empty = np.zeros((0, *sides, 2), np.float32)
        assert outputs(layer, empty)[0].shape == (0, *expected.shape[1:])


def main(folder, *names):
    """Imports everything, then checks the networks and losses of these names."""
    assert importlib.util.find_spec("tensorflow") is None, "here nothing may need it"
    print(f"{import_everything()} modules on {keras.config.backend()}")
    from tests.conformance.catalog import LOSSES, NETWORKS

    if "depthwise_geometry" in names:
        for padding in ("same", "valid"):
            check_geometry(padding)
        print("depthwise_geometry")
    for entries, check in ((NETWORKS, check_network), (LOSSES, check_loss)):
        for entry in entries:
            if entry.name in names:
                check(entry, Path(folder))
                print(entry.name, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
