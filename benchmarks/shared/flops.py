"""Multiply-adds of a Keras model, counted exactly from its layers."""

import math

from keras import layers

# A layer that gathers uses each kernel element once per position of its output, one
# that scatters once per position of its input.
GATHERING = (
    layers.Conv1D,
    layers.Conv2D,
    layers.Conv3D,
    layers.DepthwiseConv1D,
    layers.DepthwiseConv2D,
)
SCATTERING = (layers.Conv1DTranspose, layers.Conv2DTranspose, layers.Conv3DTranspose)

# These layers have weights but multiply each element once: below 1 % of a network.
ELEMENTWISE = (
    layers.BatchNormalization,
    layers.GroupNormalization,
    layers.LayerNormalization,
    layers.PReLU,
)


def forward_macs(model):
    """Returns the multiply-adds of one forward pass over one example.

    Convolutions and dense layers count, including their products with padding, as is
    usual. Biases, normalizations and activations do not.

    Raises:
        ValueError: a layer that has weights is of an unknown kind, or is used twice.
    """
    return sum(layer_macs(layer) for layer in model.layers)


def training_macs(model):
    """Returns the multiply-adds of one training step for one example.

    A layer's gradients take its forward pass twice, once for its input and once for
    its kernel. A layer that reads the model's input needs only the second.
    """
    total = 0
    for layer in model.layers:
        reads_input = any(layer.input is x for x in model.inputs)
        total += layer_macs(layer) * (2 if reads_input else 3)
    return total


def layer_macs(layer):
    """Returns the multiply-adds of one layer for one example."""
    if not layer.weights or isinstance(layer, ELEMENTWISE):
        return 0
    if isinstance(layer, SCATTERING):
        positions = _positions(layer, layer.input.shape)
    elif isinstance(layer, GATHERING):
        positions = _positions(layer, layer.output.shape)
    elif isinstance(layer, layers.Dense):
        positions = math.prod(layer.output.shape[1:-1])
    else:
        raise ValueError(
            f"Cannot count the multiply-adds of layer {layer.name!r}. "
            f"Received: {type(layer).__name__}"
        )
    return positions * math.prod(layer.kernel.shape)


def _positions(layer, shape):
    if layer.data_format == "channels_first":
        return math.prod(shape[2:])
    return math.prod(shape[1:-1])
