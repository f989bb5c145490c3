"""Whether PyTorch's peers compute the same: `python -m benchmarks.cunet.same NETWORK`.

PyTorch's network gets the weights of the suite's, and both get the same slices. The
logits in inference and in training, the loss and what the first update subtracts from
each weight, decay included, must be equal up to rounding, or the program fails. It
computes in float64, because in float32 a hidden feature of almost zero may have either
sign, and its gradient either slope. The kernel of `FusedBatchNormalization` has no
float64, so Keras's own normalization takes its place; tests compare the two.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.shared.peers import TORCH
from benchmarks.shared.sameness import FORMATS, TOLERANCE, varied

BATCH, SIDE = 2, 32
OMEGA = 0.1  # the value of the first epochs, as in the PyTorch peer
BRANCHES = ("wt", "sub")


def main(network):
    """Raises ValueError where PyTorch's logits, loss or updates differ."""
    from papers.engine.quiet import import_tensorflow

    import_tensorflow()
    random, shape = np.random.default_rng(0), (BATCH, SIDE, SIDE)
    # Keras takes an image as float32.
    images = random.standard_normal((*shape, 4), np.float32).astype(np.float64)
    labels = random.integers(4, size=shape)
    weights = random.integers(3, size=(*shape, 2)).astype(np.float64)
    arrays, expected = ours(network, images, labels, weights)
    for layout in FORMATS:
        received = theirs(network, layout, arrays, images, labels, weights)
        pairs = zip(expected.items(), received, strict=True)
        worst, name = max((_difference(b, a), name) for (name, a), b in pairs)
        if not worst < TOLERANCE:
            raise ValueError(
                f"Expected equal results from {network} in PyTorch, {layout}. "
                f"Received: {name} differs by {worst:.1e} of its largest value"
            )
        print(f"{network}, torch {layout}: equal within {worst:.0e} ({name})")


def ours(network, images, labels, weights):
    """Returns the arrays of the suite's network and its results, in PyTorch's order.

    Returns:
        Two dicts by name: weights, moving means and moving variances; logits, loss
        and the updates of the weights.
    """
    import keras
    import tensorflow as tf

    from papers.cunet.architectures import build_network
    from papers.cunet.losses import CascadeLoss, PlainLoss
    from papers.cunet.protocol import METHODS, Protocol

    keras.config.set_dtype_policy("float64")
    keras.utils.set_random_seed(0)
    (method,) = (method for method in METHODS if method.id == network)
    model = build_network(method, Protocol(), images.shape[1:])
    trained, moving = varied(map(model.get_layer, _layers(network)))
    before = {name: weight.numpy() for name, weight in (trained | moving).items()}

    # The logits of the network itself are float32.
    names = _maps(network)
    logits = [model.get_layer(name).input for name in names]
    inner = keras.Model(model.input, dict(zip(names, logits, strict=True)))
    in_use = [name for name in names if "_aux" not in name]
    found = inner(images, training=False)
    results = {f"{name} in use": found[name].numpy() for name in in_use}
    truth = {"labels": labels[..., None].astype(np.float64), "weights": weights}
    truth |= {"omega": np.full(len(images), OMEGA)}
    loss = PlainLoss if network == "unet" else CascadeLoss
    with tf.GradientTape() as tape:
        found = inner(images, training=True)
        y = found["logits"] if network == "unet" else found
        value = loss(dtype="float64")(truth, y)
        total = value + tf.add_n(model.losses)  # the decay
    results |= {name: found[name].numpy() for name in names} | {"loss": value.numpy()}
    # Momentum does not change the first update.
    steps = tape.gradient(total, [weight.value for weight in trained.values()])
    pairs = zip(trained, steps, strict=True)
    return before, results | {name: step.numpy() for name, step in pairs}


def theirs(network, layout, arrays, images, labels, weights):
    """Returns what PyTorch's network computes with these arrays, as `ours` does."""
    given_arrays = [
        images.transpose(0, 3, 1, 2),
        labels,
        weights.transpose(3, 0, 1, 2),
        # PyTorch's kernels are (outputs, inputs, height, width). Transposed
        # convolutions swap outputs and inputs in both frameworks.
        *(a.transpose(3, 2, 0, 1) if a.ndim == 4 else a for a in arrays.values()),
    ]
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder, "given.npz"), Path(folder, "made.npz")
        np.savez(given, *given_arrays)
        program = [str(TORCH), "-m", "benchmarks.cunet.torch_peer", layout, "compute"]
        subprocess.run([*program, network, str(given), str(made)], check=True)
        with np.load(made) as file:
            results = [file[name] for name in file.files]
    # The loss, a single number, follows the maps and precedes the updates.
    loss = next(i for i, result in enumerate(results) if result.ndim == 0)
    maps = [result.transpose(0, 2, 3, 1) for result in results[:loss]]
    steps = [r.transpose(2, 3, 1, 0) if r.ndim == 4 else r for r in results[loss:]]
    return [*maps, *steps]


def _layers(network):
    """Yields the names of layers with weights in the order of PyTorch's modules."""
    if network == "unet":
        yield from _net("", shortcuts=())
        yield "logits_conv"
        return
    # The width changes in every block but the first of the second net.
    yield from _net("u1", ("enc", "dec"))
    yield from _net("u2", ("enc", "dec"), same=("u2enc0",))
    for branch in BRANCHES:
        yield f"{branch}_conv"
        for level in range(1, 5):
            yield from (f"{branch}_aux{2**level}_{part}" for part in ("up", "conv"))


def _net(start, shortcuts, same=()):
    stages = (("enc", 5), ("up", 4), ("dec", 4))
    for stage, levels in stages:
        for level in range(levels):
            name = f"{start}{stage}{level}"
            if stage == "up":
                yield name
                continue
            parts = ["1", "2"]
            if stage in shortcuts and name not in same:
                parts.append("shortcut")
            for part in parts:
                yield from (f"{name}_{part}_conv", f"{name}_{part}_bn")


def _maps(network):
    if network == "unet":
        return ["logits"]
    heads = ["", *(f"_aux{2**level}" for level in range(1, 5))]
    return [branch + head for branch in BRANCHES for head in heads]


def _difference(one, other):
    return float(np.abs(one - other).max() / np.abs(other).max())


if __name__ == "__main__":
    main(*sys.argv[1:])
