"""What proofs share that PyTorch's networks compute the same as the suite's."""

import subprocess
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.shared.peers import TORCH

FORMATS = ("first", "last")
TOLERANCE = 1e-7  # of a difference, as a share of the largest value
# The gradient of a bias before a normalization is zero up to rounding.
SMALLEST = 1e-6


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


def check(network, layout, expected, received):
    """Returns the largest difference between two sides, a sentence.

    Args:
        network: the network's name.
        layout: PyTorch's memory format.
        expected: what the suite's network computes, arrays by name.
        received: the same of PyTorch's, in the same order.

    Raises:
        ValueError: an array differs by more than rounding.
    """
    pairs = zip(expected.items(), received, strict=True)
    worst, name = max((_difference(b, a), name) for (name, a), b in pairs)
    if not worst < TOLERANCE:
        raise ValueError(
            f"Expected the same of {network} in PyTorch, {layout}. Received: "
            f"{name} differs by {worst:.1e} of its largest value"
        )
    return f"{network}, torch {layout}: the same but for {worst:.0e} ({name})"


def to_torch(array):
    """Returns a kernel of Keras in the order of PyTorch, other arrays as they are.

    PyTorch's kernels are (outputs, inputs, height, width). Transposed convolutions
    swap outputs and inputs in both frameworks.
    """
    return array.transpose(3, 2, 0, 1) if array.ndim == 4 else array


def from_torch(array):
    """Returns a kernel of PyTorch in the order of Keras, other arrays as they are."""
    return array.transpose(2, 3, 1, 0) if array.ndim == 4 else array


def _difference(one, other):
    if one.shape != other.shape or not np.isfinite(one).all():
        return float("inf")
    return float(np.abs(one - other).max() / max(np.abs(other).max(), SMALLEST))
