"""What proofs share that PyTorch's networks compute the same as the suite's."""

import subprocess
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.shared.peers import TORCH

FORMATS = ("first", "last")
TOLERANCE = 1e-7  # of a difference, as a share of the largest value


def computed_in_torch(subject, layout, network, arrays):
    """Returns the arrays that PyTorch's peer computes from others, in its order.

    Args:
        subject: name of the folder of benchmarks whose `torch_peer` it is.
        layout: one of `FORMATS`.
        network: the network's name.
        arrays: what the peer reads, in its order.
    """
    with tempfile.TemporaryDirectory() as folder:
        given, made = Path(folder, "given.npz"), Path(folder, "made.npz")
        np.savez(given, *arrays)
        program = [str(TORCH), "-m", f"benchmarks.{subject}.torch_peer"]
        files = [str(given), str(made)]
        subprocess.run([*program, layout, network, *files], check=True)
        with np.load(made) as file:
            return [file[name] for name in file.files]


def varied(layers):
    """Draws the weights that start as zeros or ones, so that none can be another's.

    Args:
        layers: Keras layers in the order of PyTorch's modules.

    Returns:
        Two dicts of weights by `layer/weight`: the trained ones, then the moving ones.
    """
    random, trained, moving = np.random.default_rng(1), {}, {}
    for layer in layers:
        for weight in layer.weights:
            if len(weight.shape) == 1:
                positive = weight.name in ("gamma", "moving_variance")
                low, high = (0.5, 1.5) if positive else (-0.5, 0.5)
                weight.assign(random.uniform(low, high, weight.shape))
            kind = trained if weight.trainable else moving
            kind[f"{layer.name}/{weight.name}"] = weight
    return trained, moving


def check(network, layout, expected, received):
    """Returns the largest difference between two sides, a sentence.

    The gradient of a bias before a normalization is zero up to rounding, so a bias is
    held against the largest value of its kernel's gradient, too.

    Args:
        network: the network's name.
        layout: PyTorch's memory format.
        expected: what the suite's network computes, arrays by name; gradients have
            names such as `layer/kernel` and `layer/bias`.
        received: the same of PyTorch's, in the same order.

    Raises:
        ValueError: an array differs by more than rounding.
    """
    worst, name = max(
        (_difference(array, expected[name], _largest(name, expected)), name)
        for name, array in zip(expected, received, strict=True)
    )
    if not worst < TOLERANCE:
        raise ValueError(
            f"Expected the same of {network} in PyTorch, {layout}. Received: "
            f"{name} differs by {worst:.1e} of its largest value"
        )
    return f"{network}, torch {layout}: the same but for {worst:.0e} ({name})"


def to_torch(array):
    """Returns a kernel of Keras in the order of PyTorch, other arrays as they are.

    PyTorch's kernels are (outputs, inputs, height, width), in 3-D with the depth before
    the height. Transposed convolutions swap outputs and inputs in both frameworks.
    """
    axes = range(array.ndim)
    return array.transpose(*axes[:-3:-1], *axes[:-2]) if array.ndim >= 4 else array


def from_torch(array):
    """Returns a kernel of PyTorch in the order of Keras, other arrays as they are."""
    axes = range(array.ndim)
    return array.transpose(*axes[2:], 1, 0) if array.ndim >= 4 else array


def _difference(one, other, largest):
    if one.shape != other.shape or not np.isfinite(one).all():
        return float("inf")
    return float(np.abs(one - other).max() / largest)


def _largest(name, expected):
    found = [expected[name]]
    if name.endswith("/bias"):
        found.append(expected[name.removesuffix("bias") + "kernel"])
    return max(np.abs(array).max() for array in found)
