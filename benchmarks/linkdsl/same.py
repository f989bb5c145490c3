"""Whether PyTorch's peers compute the same: maps, loss and gradients.

Run `python -m benchmarks.linkdsl.same NETWORK`, where NETWORK is `linknet` or `dual`.
PyTorch's network gets the weights of the suite's, and both get the same images. The
maps in use and in training, the loss and the gradient of every weight must be equal up
to rounding, or the program fails. It computes in float64, because in float32 a hidden
feature of almost zero may have either sign.

Where a layer has a stride, TensorFlow pads an even side at its end, PyTorch, as the
original, at both. So PyTorch gets the images and all kernels reversed: the suite's
network is the mirror image of the original's, with each shortcut on the same pixel.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.shared.peers import TORCH

FORMATS = ("first", "last")
TOLERANCE = 1e-7  # of a difference, as a share of the largest value
# The gradient of a bias before a normalization is zero up to rounding.
SMALLEST = 1e-6
BATCH, SIDE = 2, 64
SCALES = {"linknet": (1,), "dual": (1, 2)}


def main(network):
    """Raises ValueError where PyTorch's maps, loss or gradients differ."""
    from papers.engine.quiet import import_tensorflow

    import_tensorflow()
    random, shape = np.random.default_rng(0), (BATCH, SIDE, SIDE, 1)
    # Keras takes an image as float32.
    x = random.standard_normal(shape, np.float32).astype(np.float64)
    y = (random.random(shape) < 0.2).astype(np.float64)
    weights, expected = ours(network, x, y)
    for layout in FORMATS:
        received = theirs(network, layout, weights, x, y)
        pairs = zip(expected.items(), received, strict=True)
        worst, name = max((_difference(b, a), name) for (name, a), b in pairs)
        if not worst < TOLERANCE:
            raise ValueError(
                f"Expected the same of {network} in PyTorch, {layout}. Received: "
                f"{name} differs by {worst:.1e} of its largest value"
            )
        print(f"{network}, torch {layout}: the same but for {worst:.0e} ({name})")


def ours(network, x, y):
    """Returns what the suite's network has and computes, in the order of PyTorch's.

    Returns:
        Two dicts by name: the trainable weights; and the maps in use and in training,
        the loss and the gradients of the weights.
    """
    import keras
    import tensorflow as tf

    from papers.linkdsl.losses import BceMinusDice
    from papers.linkdsl.networks import linknet

    keras.config.set_dtype_policy("float64")
    keras.utils.set_random_seed(0)
    model = linknet(x.shape[1:], SCALES[network])
    random, by_path = np.random.default_rng(1), {w.path: w for w in model.weights}
    for path, weight in by_path.items():
        # As they start, zeros and ones, they could be any other layer's. The moving
        # statistics stay at zero and one, as PyTorch's.
        if path.endswith(("beta", "bias")):
            weight.assign(random.uniform(-0.5, 0.5, weight.shape))
        elif path.endswith("gamma"):
            weight.assign(random.uniform(0.5, 1.5, weight.shape))
    trained = {
        f"{name}/{part}": by_path[f"{name}/{part}"]
        for name in _layers()
        for part in ("kernel", "bias", "gamma", "beta")
        if f"{name}/{part}" in by_path
    }
    # The map of the network itself is float32.
    inner = keras.Model(model.input, model.get_layer("head3").output)
    used = tf.sigmoid(inner(x, training=False))
    with tf.GradientTape() as tape:
        maps = tf.sigmoid(inner(x, training=True))
        loss = BceMinusDice(dtype="float64")(y, maps)
    gradients = tape.gradient(loss, [weight.value for weight in trained.values()])
    found = {"maps in use": used, "maps in training": maps, "loss": loss}
    found |= zip(trained, gradients, strict=True)
    return (
        {name: weight.numpy() for name, weight in trained.items()},
        {name: value.numpy() for name, value in found.items()},
    )


def theirs(network, layout, weights, x, y):
    """Returns what PyTorch's network computes with these weights, as `ours` does."""
    arrays = [_reversed(image).transpose(0, 3, 1, 2) for image in (x, y)]
    # PyTorch's kernels are (outputs, inputs, height, width). Transposed convolutions
    # swap outputs and inputs in both frameworks.
    arrays += [
        _reversed(a[None])[0].transpose(3, 2, 0, 1) if a.ndim == 4 else a
        for a in weights.values()
    ]
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder, "given.npz"), Path(folder, "made.npz")
        np.savez(given, *arrays)
        program = [str(TORCH), "-m", "benchmarks.linkdsl.torch_peer", layout, network]
        subprocess.run([*program, str(given), str(made)], check=True)
        with np.load(made) as file:
            used, maps, loss, *gradients = [file[name] for name in file.files]
    return [
        *(_reversed(found.transpose(0, 2, 3, 1)) for found in (used, maps)),
        loss,
        *(
            _reversed(g.transpose(2, 3, 1, 0)[None])[0] if g.ndim == 4 else g
            for g in gradients
        ),
    ]


def _layers():
    """Yields the names of layers with weights in the order of PyTorch's modules.

    A shortcut that a network lacks is among them.
    """
    blocks = [("stem",)]
    for stage in range(1, 5):
        blocks.append((f"enc{stage}_a_1", f"enc{stage}_a_2", f"enc{stage}_a_shortcut"))
        blocks.append((f"enc{stage}_b_1", f"enc{stage}_b_2"))
    for stage in range(1, 5):
        parts = ("reduce", "up", "expand")
        blocks.append(tuple(f"dec{stage}_{part}" for part in parts))
    blocks.append(("head1", "head2"))
    for block in blocks:
        for name in block:
            yield from (f"{name}_conv", f"{name}_bn")
    yield "head3"


def _reversed(images):
    """Reverses both spatial axes of `(batch, height, width, …)`."""
    return images[:, ::-1, ::-1]


def _difference(one, other):
    return float(np.abs(one - other).max() / max(np.abs(other).max(), SMALLEST))


if __name__ == "__main__":
    main(*sys.argv[1:])
