"""The layers of the suite, each as a network of one layer in the catalog."""

import keras

from common.layers.anisotropic_conv import AnisotropicConv3D
from common.layers.anisotropic_conv_transpose import AnisotropicConv3DTranspose
from common.layers.batch_normalization import FusedBatchNormalization
from common.layers.batch_statistics import BatchStatisticsPReLU
from common.layers.depthwise_conv3d import DepthwiseConv3D
from common.layers.instance_normalization import InstanceNormalization
from common.layers.pad_channels import PadChannels
from common.layers.separable_conv3d import SeparableConv3D
from common.layers.small_map_conv2d import SmallMapConv2D
from tests.conformance.entries import Network

OF_THE_BATCH = {"batch": "normalizes by the current batch, by design"}


def _layer(kind, output_shape, exempt=None, input_shape=(10, 8, 12, 4), **options):
    """Returns a network of a single layer."""

    def build():
        inputs = keras.Input(input_shape)
        return keras.Model(inputs, kind(name="layer", **options)(inputs))

    extent = "_".join(map(str, options.get("kernel_size", ())))
    return Network(
        name="_".join(filter(None, ("layer", kind.__name__, extent))),
        small=build,
        full=build,
        output_shape=output_shape,
        exempt={"precision": "stays in half precision: see the tests of the layer"}
        | (exempt or {}),
    )


LAYERS = (
    _layer(
        AnisotropicConv3D,
        (10, 8, 12, 3),
        filters=3,
        kernel_size=(1, 3, 3),
        dilation_rate=(1, 2, 2),
        padding="same",
    ),
    _layer(AnisotropicConv3D, (8, 8, 12, 3), filters=3, kernel_size=(3, 1, 1)),
    _layer(
        AnisotropicConv3DTranspose,
        (10, 16, 24, 3),
        filters=3,
        kernel_size=(1, 3, 3),
        strides=(1, 2, 2),
        padding="same",
        use_bias=False,
    ),
    _layer(FusedBatchNormalization, (8, 12, 4), input_shape=(8, 12, 4)),
    _layer(BatchStatisticsPReLU, (10, 8, 12, 4), exempt=OF_THE_BATCH),
    _layer(
        DepthwiseConv3D,
        (10, 8, 12, 8),
        kernel_size=(3, 3, 3),
        dilation_rate=2,
        padding="same",
        depth_multiplier=2,
    ),
    _layer(
        SeparableConv3D,
        (4, 3, 5, 3),
        filters=3,
        kernel_size=(3, 3, 3),
        strides=2,
        use_depthwise_bias=True,
    ),
    _layer(
        SmallMapConv2D,
        (5, 4, 128),
        input_shape=(10, 8, 256),
        filters=128,
        kernel_size=(3, 3),
        strides=2,
        padding="same",
        exempt={"precision": "takes other kernels: see the tests of the layer"},
    ),
    _layer(
        PadChannels,
        (10, 8, 12, 7),
        exempt={"gradients": "has no weights"},
        filters=7,
    ),
    _layer(InstanceNormalization, (10, 8, 12, 4), negative_slope=0.2),
)
