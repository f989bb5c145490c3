"""Whether PyTorch's peers compute the same: `python -m benchmarks.dsunet.same`.

PyTorch's network gets the weights of the suite's, and both get the same image. The
maps, the loss and the gradient of every weight must be equal up to rounding, or the
program fails. It computes in float64, because in float32 a hidden feature of almost
zero may have either sign, and its gradient either slope. Two things are not equal but
take no more time:

- Where a convolution has a stride, TensorFlow pads an even side at its end, PyTorch at
  its start. So PyTorch gets the image and all kernels reversed.
- PyTorch adds epsilon to the variance, the suite to the standard deviation. Here it is
  too small to matter.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.shared.peers import TORCH

FORMATS = ("first", "last")
EPSILON = 1e-10  # added to the standard deviation
TOLERANCE = 1e-7  # of a difference, as a share of the largest value
# The smallest sides, and one so long that at the lowest level the taps at rate 5 reach
# more than padding.
SHAPE = (1, 32, 32, 96)


def main(network):
    """Raises ValueError where PyTorch's maps, loss or gradients differ."""
    from papers.engine.quiet import import_tensorflow

    import_tensorflow()
    random = np.random.default_rng(0)
    # Keras takes an image as float32.
    x = random.standard_normal((*SHAPE, 4), np.float32).astype(np.float64)
    y = (random.random((*SHAPE, 3)) < 0.1).astype(np.float64)
    layers, expected = ours(network, x, y)
    for layout in FORMATS:
        received = theirs(network, layout, layers, x, y)
        pairs = zip(("maps", "loss", *layers), received, expected, strict=True)
        worst, name = max((_difference(a, b), name) for name, a, b in pairs)
        if not worst < TOLERANCE:
            raise ValueError(
                f"Expected equal results from {network} in PyTorch, {layout}. "
                f"Received: {name} differs by {worst:.1e} of its largest value"
            )
        print(f"{network}, torch {layout}: equal within {worst:.0e} ({name})")


def ours(network, x, y):
    """Returns the arrays of the suite's network and its results.

    Returns:
        Kernel and bias (or gamma and beta) of each layer by name, in the order of
        PyTorch's modules; and a list of the maps, the loss, and one array per layer
        with the gradients of both.
    """
    import keras
    import tensorflow as tf

    from papers.dsunet import networks
    from papers.dsunet.losses import LabelDice

    keras.config.set_dtype_policy("float64")
    model = getattr(networks, network)(x.shape[1:])
    random, layers = np.random.default_rng(1), {}
    for name in _names({layer.name for layer in model.layers}):
        layer = model.get_layer(name)
        layers[name] = kernel, bias = layer.weights
        # Their initial zeros and ones could be any other layer's.
        bias.assign(random.uniform(-0.5, 0.5, bias.shape))
        if name.endswith("norm"):
            kernel.assign(random.uniform(0.5, 1.5, bias.shape))
            layer.epsilon = EPSILON
    # The maps of the network itself are float32, and so is its loss.
    inner = keras.Model(model.input, model.get_layer("labels").input)
    with tf.GradientTape() as tape:
        maps = tf.sigmoid(inner(x, training=False))
        loss = LabelDice(dtype="float64")(y, maps)
    gradients = tape.gradient(
        loss, [[w.value for w in both] for both in layers.values()]
    )
    layers = {name: [w.numpy() for w in both] for name, both in layers.items()}
    return layers, [maps.numpy(), loss.numpy(), *map(_row, gradients)]


def theirs(network, layout, layers, x, y):
    """Returns what PyTorch's network computes with these layers, as `ours` does."""
    arrays = [
        _reversed(x).transpose(0, 4, 1, 2, 3),
        _reversed(y).transpose(0, 4, 1, 2, 3),
    ]
    for name, (kernel, bias) in layers.items():
        if kernel.ndim == 5:
            # PyTorch's kernels are (outputs, inputs of a group, depth, height, width).
            order = (3, 4) if name.endswith("depth") else (4, 3)
            kernel = _reversed(kernel[None])[0].transpose(*order, 0, 1, 2)
        arrays += [kernel, bias]
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder, "given.npz"), Path(folder, "made.npz")
        np.savez(given, *arrays)
        program = [str(TORCH), "-m", "benchmarks.dsunet.torch_peer", layout, network]
        subprocess.run([*program, str(given), str(made)], check=True)
        with np.load(made) as file:
            maps, loss, *gradients = [file[name] for name in file.files]
    results = [_reversed(maps.transpose(0, 2, 3, 4, 1)), loss]
    for i, name in enumerate(layers):
        kernel, bias = gradients[2 * i : 2 * i + 2]
        if kernel.ndim == 5:
            order = (0, 1) if name.endswith("depth") else (1, 0)
            kernel = _reversed(kernel.transpose(2, 3, 4, *order)[None])[0]
        results.append(_row((kernel, bias)))
    return results


def _names(present):
    """Yields the names of layers with weights in the order of PyTorch's modules."""
    stages = (
        (5, ("down{}", "context{}_0", "context{}_1")),
        (4, ("up{}", "local{}_0", "local{}_1")),
        (3, ("map{}",)),
    )
    for levels, blocks in stages:
        for level in range(levels):
            for block in blocks:
                stem = block.format(level)
                parts = ("", "_conv", "_depth", "_point", "_norm")
                yield from (stem + part for part in parts if stem + part in present)


def _reversed(volume):
    """Reverses the three spatial axes of `(batch, depth, height, width, …)`."""
    return volume[:, ::-1, ::-1, ::-1]


def _row(arrays):
    return np.concatenate([np.ravel(array) for array in arrays])


def _difference(one, other):
    return float(np.abs(one - other).max() / np.abs(other).max())


if __name__ == "__main__":
    main(*sys.argv[1:])
