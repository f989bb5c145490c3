"""Depthwise convolution by its definition, slowly, in NumPy; geometries to test."""

from itertools import combinations, product

import numpy as np

# Along one axis.
SIDES, SIZES, RATES, STRIDES = range(1, 10), range(1, 6), range(1, 7), range(1, 4)


def outputs_and_pad(side, size, rate, stride, padding):
    """Outputs along an axis, and the zeros before its first voxel.

    "Same" is TensorFlow's: `side / stride` outputs, rounded up, and of an odd number
    of zeros the extra one comes after.
    """
    span = rate * (size - 1) + 1
    if padding == "valid":
        return (side - span) // stride + 1, 0
    outputs = -(-side // stride)
    return outputs, max((outputs - 1) * stride + span - side, 0) // 2


def meetings(side, size, rate, stride, padding):
    """Which voxel each tap meets for each output.

    Returns:
        `(outputs, taps, side)`, 1 where an output's tap meets a voxel.
    """
    outputs, pad = outputs_and_pad(side, size, rate, stride, padding)
    met = np.zeros((outputs, size, side))
    for output in range(outputs):
        for tap in range(size):
            voxel = output * stride + tap * rate - pad
            if 0 <= voxel < side:
                met[output, tap, voxel] = 1
    return met


class Oracle:
    """The convolution of one geometry and its gradients.

    Args:
        axes: `(side, size, rate, stride)` of depth, height and width.
        padding: `"valid"` or `"same"`.
    """

    def __init__(self, axes, padding):
        self.met = [meetings(*axis, padding) for axis in axes]

    def _patches(self, x):
        """What each output's taps see: `(batch, outputs…, taps…, channels)`."""
        depth, height, width = self.met
        x = np.einsum("bijkc,oti->bojktc", x, depth)
        x = np.einsum("bojktc,puj->bopktuc", x, height)
        return np.einsum("bopktuc,qvk->bopqtuvc", x, width)

    def forward(self, x, kernel):
        """Convolves `(batch, …, channels)` with `(…, channels, multiplier)`."""
        y = np.einsum("bopqtuvc,tuvcm->bopqcm", self._patches(x), kernel)
        return y.reshape(*y.shape[:4], -1)

    def gradients(self, x, kernel, dy):
        """Of `sum(forward * dy)` with respect to the input and the kernel."""
        dy = dy.reshape(*dy.shape[:4], *kernel.shape[3:])
        dkernel = np.einsum("bopqtuvc,bopqcm->tuvcm", self._patches(x), dy)
        depth, height, width = self.met
        dx = np.einsum("bopqcm,tuvcm->bopqtuvc", dy, kernel)
        dx = np.einsum("bopqtuvc,oti->bipquvc", dx, depth)
        dx = np.einsum("bipquvc,puj->bijqvc", dx, height)
        return np.einsum("bijqvc,qvk->bijkc", dx, width), dkernel


def fits(side, size, rate, stride, padding):
    return padding == "same" or rate * (size - 1) < side


def geometries(padding, strides):
    """All combinations along one axis, in an order that mixes them."""
    every = product(SIDES, SIZES, RATES, strides)
    found = [axis for axis in every if fits(*axis, padding)]
    return [found[i] for i in np.random.default_rng(0).permutation(len(found))]


def pairwise(axes):
    """Keeps so many that two values that occur together at all do so once.

    The next one always has the most pairs that did not occur, the first of equals.
    """
    pairs = {axis: set(combinations(enumerate(axis), 2)) for axis in axes}
    missing = set().union(*pairs.values())
    while missing:
        best = max(pairs, key=lambda axis: len(pairs[axis] & missing))
        missing -= pairs[best]
        yield best


def three_at_a_time(axes):
    """Gives each axis all combinations, in an order of its own."""
    orders = [np.random.default_rng(i).permutation(len(axes)) for i in range(3)]
    for places in zip(*orders, strict=True):
        yield [axes[place] for place in places]
