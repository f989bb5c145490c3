"""The cascade's networks in Keras's own layers, to compare the shipped ones with."""

import keras
from keras import layers

from benchmarks.shared.flops import layer_macs
from common.layers.anisotropic_conv import AnisotropicConv3D
from common.layers.anisotropic_conv_transpose import AnisotropicConv3DTranspose
from common.layers.batch_statistics import BatchStatisticsPReLU


def with_plain_layers(model):
    """Returns the network in Keras's own layers, with the same weights.

    `Conv3D`, `Conv3DTranspose`, and `BatchNormalization` in training mode with
    `PReLU` after it, stand in for the suite's layers. Weights keep their names.
    """
    plain = keras.models.clone_model(model, clone_function=_plain_layer)
    copy_weights(model, plain)
    return plain


def copy_weights(model, plain):
    """Copies the weights of the shipped network into the one in plain layers."""
    for layer in model.layers:
        if isinstance(layer, BatchStatisticsPReLU):
            target = plain.get_layer(layer.name)
            target.norm.gamma.assign(layer.gamma)
            target.norm.beta.assign(layer.beta)
            target.prelu.alpha.assign(layer.alpha[None, None, None])
        elif layer.weights:
            plain.get_layer(layer.name).set_weights(layer.get_weights())


class PlainNormPReLU(layers.Layer):
    """Keras's batch normalization and PReLU, with the batch's statistics.

    Args:
        epsilon: added to the variance.
        moving: whether it normalizes with the moving statistics instead.
        **kwargs: arguments of `keras.layers.Layer`.
    """

    def __init__(self, epsilon=1e-5, moving=False, **kwargs):
        super().__init__(**kwargs)
        self.moving = moving
        # The moving statistics stay as they are, as in the released code.
        self.norm = layers.BatchNormalization(
            momentum=1.0, epsilon=epsilon, name="norm"
        )
        self.prelu = layers.PReLU(shared_axes=[1, 2, 3], name="prelu")

    def build(self, input_shape):
        self.norm.build(input_shape)
        self.prelu.build(input_shape)

    def call(self, inputs):
        return self.prelu(self.norm(inputs, training=not self.moving))

    def compute_output_shape(self, input_shape):
        return input_shape


def _plain_layer(layer):
    config = layer.get_config()
    if isinstance(layer, AnisotropicConv3D):
        return layers.Conv3D.from_config(config)
    if isinstance(layer, AnisotropicConv3DTranspose):
        return layers.Conv3DTranspose.from_config(config)
    if isinstance(layer, BatchStatisticsPReLU):
        return PlainNormPReLU(layer.epsilon, name=layer.name)
    return type(layer).from_config(config)


def convolution_macs(model):
    """Returns the multiply-adds of a shipped network's convolutions on one example."""
    kinds = (AnisotropicConv3D, AnisotropicConv3DTranspose)
    return sum(layer_macs(layer) for layer in model.layers if isinstance(layer, kinds))
