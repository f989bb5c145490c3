"""What a network costs: its parameters and its arithmetic."""

import math

from keras import layers

from common.layers.depthwise_conv3d import DepthwiseConv3D


def giga_macs(model):
    """Returns the multiply-adds of one forward pass of one example, in 10^9.

    Each element of a kernel counts once per voxel of the output, padding included.
    Biases, normalizations and sums do not count.

    Args:
        model: a Keras model of known input size.
    """
    convolutions = (layers.Conv3D, DepthwiseConv3D)
    total = sum(
        math.prod(layer.output.shape[1:-1]) * math.prod(layer.kernel.shape)
        for layer in model.layers
        if isinstance(layer, convolutions)
    )
    return total / 1e9
