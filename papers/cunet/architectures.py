"""The four architectures: how each is built, what its loss needs, what it results in.

This is the only place that tells the methods' builders apart.
"""

from collections.abc import Callable
from dataclasses import dataclass

import keras

from papers.cunet import networks
from papers.cunet.losses import BoundaryLoss, CascadeLoss, PlainLoss


@dataclass(frozen=True)
class Architecture:
    """One function of `papers.cunet.networks` and what belongs to it.

    Args:
        build: function from input shape and `papers.cunet.protocol.Network` to the
            model.
        loss: class of its loss.
        truth: names of the arrays that the loss needs beside the labels, see
            `papers.cunet.truth.TruthMaker`.
        result: name of the output that is the segmentation; None if it is the only
            one, or if all outputs are fused.
    """

    build: Callable
    loss: type = PlainLoss
    truth: tuple[str, ...] = ()
    result: str | None = None


def _cu_net(input_shape, rule):
    return networks.cu_net(
        input_shape,
        rule.cu_net_filters,
        branch2_classes=rule.branch2_classes,
        aux_levels=rule.aux_levels,
        head_channels=rule.head_channels,
        unet2_multiplier=rule.unet2_multiplier,
        feed_image_to_unet2=rule.feed_image_to_unet2,
        preact=rule.preact,
        additive_skips=rule.additive_skips,
    )


def _unet(input_shape, rule):
    return networks.unet(input_shape, base_filters=rule.unet_filters, bn=rule.unet_bn)


def _bfcn(input_shape, rule):
    return networks.bfcn(
        input_shape,
        base_filters=rule.bfcn_filters,
        symmetry_channels=rule.symmetry_channels,
    )


def _drn(input_shape, rule):
    return networks.drn(input_shape, base_filters=rule.drn_filters)


_BY_BUILDER = {
    "cu_net": Architecture(_cu_net, CascadeLoss, ("weights", "omega")),
    "unet": Architecture(_unet),
    "bfcn": Architecture(_bfcn, BoundaryLoss, ("boundary",), result="combined"),
    "drn": Architecture(_drn),
}


def architecture_of(method):
    """Returns the `Architecture` of a `papers.cunet.protocol.NetworkMethod`."""
    return _BY_BUILDER[method.builder]


def build_network(method, protocol, input_shape):
    """Builds a method's network as a protocol says, with its L2 term.

    Args:
        method: a `NetworkMethod`.
        protocol: a `papers.cunet.protocol.Protocol`.
        input_shape: `(height, width, channels)` in pixels.
    """
    rule = protocol.network
    model = architecture_of(method).build(input_shape, rule)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum, layer.epsilon = rule.norm_momentum, rule.norm_epsilon
    decay = protocol.loss.weight_decay
    for variable in model.trainable_variables if decay else ():
        if protocol.loss.decay_all or variable.path.endswith("kernel"):
            # inferred: PyTorch's decay adds λ w to the gradient, that of λ/2 w².
            variable.regularizer = keras.regularizers.L2(decay / 2)
    return model
