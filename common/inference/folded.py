"""Networks without the normalizations that a convolution can do as well."""

from collections import Counter

import keras
import numpy as np
from keras import layers


def fold_normalization(model):
    """Returns a copy of a network whose convolutions normalize what they make.

    In use, batch normalization multiplies and shifts each channel by constants. Behind
    a convolution they become part of its kernel and its bias, and TensorFlow then
    computes convolution, sum and ReLU in one pass. Behind a transposed convolution,
    whose bias would be a pass of its own, normalization and ReLU are one pass already:
    there, the bias becomes part of the normalization.

    Args:
        model: a Keras model. One that is not of the functional API, calls a layer more
            than once or has nothing to fold is returned as it is.

    Returns:
        A `keras.Model`, not to be trained, whose outputs differ by rounding in use.
    """
    if not isinstance(model, keras.Function) or _calls_a_layer_again(model):
        return model
    folded = _normalized(model, _is_plain_convolution)
    shifted = _normalized(model, _is_biased_transposed)
    if not folded and not shifted:
        return model
    biased = {convolution.name: True for convolution in folded.values()}
    biased |= {convolution.name: False for convolution in shifted.values()}

    def clone(layer):
        config = layer.get_config()
        if layer.name in biased:
            config["use_bias"] = biased[layer.name]
        return layer.__class__.from_config(config)

    def call(layer, *args, **options):
        return args[0] if layer.name in folded else layer(*args, **options)

    copy = keras.models.clone_model(model, clone_function=clone, call_function=call)
    weights = {one.name: one.get_weights() for one in model.layers if one.weights}
    for name, convolution in folded.items():
        weights[convolution.name] = _normalizing(convolution, model.get_layer(name))
    for name, convolution in shifted.items():
        kernel, bias = convolution.get_weights()
        gamma, beta, mean, variance = model.get_layer(name).get_weights()
        weights[convolution.name] = [kernel]
        weights[name] = [gamma, beta, mean - bias, variance]
    for layer in copy.layers:
        if layer.weights:
            layer.set_weights(weights[layer.name])
    return copy


def _normalized(model, is_kind):
    """Returns the layers of a kind that only a normalization reads, by its name.

    Args:
        model: a functional model.
        is_kind: function that says whether a layer is of that kind.
    """
    readers = Counter(map(id, keras.tree.flatten(model.outputs)))
    for operation in model.operations:  # layers, and functions of `keras.ops`
        if not isinstance(operation, layers.InputLayer):
            readers.update(map(id, keras.tree.flatten(operation.input)))
    makers = {id(layer.output): layer for layer in model.layers if is_kind(layer)}
    return {
        layer.name: makers[id(layer.input)]
        for layer in model.layers
        if _is_normalization(layer)
        and id(layer.input) in makers
        and readers[id(layer.input)] == 1
    }


def _calls_a_layer_again(model):
    entries = model.get_config()["layers"]
    return any(len(entry["inbound_nodes"]) > 1 for entry in entries)


def _is_plain_convolution(layer):
    return isinstance(layer, (layers.Conv2D, layers.Conv3D)) and _is_linear(layer)


def _is_biased_transposed(layer):
    kinds = layers.Conv2DTranspose, layers.Conv3DTranspose
    return isinstance(layer, kinds) and layer.use_bias and _is_linear(layer)


def _is_linear(layer):
    linear = keras.activations.linear
    return layer.data_format == "channels_last" and layer.activation is linear


def _is_normalization(layer):
    return (
        isinstance(layer, layers.BatchNormalization)
        and layer.axis in (-1, len(layer.input.shape) - 1)
        and layer.center
        and layer.scale
    )


def _normalizing(convolution, normalization):
    """Returns the kernel and bias of both, in float64 until they are stored."""
    kernel, *bias = convolution.get_weights()
    gamma, beta, mean, variance = (
        weight.astype(np.float64) for weight in normalization.get_weights()
    )
    scale = gamma / np.sqrt(variance + normalization.epsilon)
    return [kernel * scale, (sum(bias) - mean) * scale + beta]
