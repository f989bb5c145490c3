"""The tensors that every peer convolves. NumPy only: PyTorch's peer reads them too."""

from functools import lru_cache

import numpy as np


@lru_cache(maxsize=1)
def tensors(shape):
    """Returns input, kernel, bias and the output's gradient, equal for all peers.

    Args:
        shape: `(channels, side, rate)`.

    Returns:
        Arrays `(side, side, side, channels)`, `(3, 3, 3, channels)`, `(channels,)`
        and again `(side, side, side, channels)`.
    """
    channels, side, _ = shape
    random = np.random.default_rng(0)
    sizes = ((side,) * 3, (3,) * 3, (), (side,) * 3)
    return [
        random.standard_normal((*size, channels), dtype=np.float32) for size in sizes
    ]


def weights(layer, shape):
    """Returns the weights of a layer of as many output channels, biases included.

    Args:
        layer: `"depthwise"` or `"separable"`, which goes on with a pointwise one.
        shape: `(channels, side, rate)`.

    Returns:
        Arrays `(3, 3, 3, channels)` and `(channels,)`, of the separable layer also
        `(channels, channels)`, from inputs to outputs, and `(channels,)`.
    """
    _, kernel, bias, _ = tensors(shape)
    if layer == "depthwise":
        return [kernel, bias]
    random, channels = np.random.default_rng(1), shape[0]
    pointwise = random.standard_normal((channels, channels), dtype=np.float32)
    return [kernel, bias, pointwise, random.standard_normal(channels, np.float32)]
