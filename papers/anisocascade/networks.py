"""The three anisotropic networks of the cascade, as the released code builds them.

Convolutions lie in the plane of the slices (1x3x3, residual and dilated) or pass
through it (3x1x1). Down-sampling is in the plane only, and predictions from three
depths are joined into one. WNet and TNet are the same network; ENet, for the smallest
region, is down-sampled once less. No convolution has a bias.

Normalization always uses the statistics of the current batch, even for prediction: the
released programs never use moving statistics.

Reference:
    Wang et al., "Automatic brain tumor segmentation using cascaded anisotropic
    convolutional neural networks", BrainLes 2017, section 2.2 and figure 2.
    The authors' code: taigw/brats17, util/MSNet.py.
"""

import math

import keras
from keras import layers

from common.layers.anisotropic_conv import AnisotropicConv3D
from common.layers.anisotropic_conv_transpose import AnisotropicConv3DTranspose
from common.layers.batch_statistics import BatchStatisticsPReLU
from common.layers.pad_channels import PadChannels

IN_PLANE, THROUGH_PLANE, POINTWISE = (1, 3, 3), (3, 1, 1), (1, 1, 1)
HALVED = (1, 2, 2)

# Slices by which the four 3x1x1 convolutions reduce the depth.
DEPTH_MARGIN = 8


def wnet(input_shape, base_channels=32, classes=2, *, name="wnet"):
    """Builds WNet, which finds the whole tumor.

    Args:
        input_shape: `(depth, height, width, channels)` in voxels. The depth is at
            least 9, height and width are multiples of 4; all three may be None.
        base_channels: width of the four stages, one number or four; 32 in the
            released code, 48 in the paper.
        classes: number of maps; 2 for background and region.
        name: the model's name.

    Returns:
        A `keras.Model` from `(batch, depth, height, width, channels)` to logits
        `(batch, depth - 8, height, width, classes)`.

    Raises:
        ValueError: an argument is outside its range.

    Reference:
        Figure 2, upper network.
    """
    return _network(input_shape, base_channels, classes, halved_twice=True, name=name)


def tnet(input_shape, base_channels=32, classes=2, *, name="tnet"):
    """Builds TNet, which finds the tumor core; it is WNet by another name.

    Arguments, result and errors are those of `wnet`.
    """
    return wnet(input_shape, base_channels, classes, name=name)


def enet(input_shape, base_channels=32, classes=2, *, name="enet"):
    """Builds ENet, which finds the enhancing core.

    Arguments, result and errors are those of `wnet`, except that height and width
    are multiples of 2.

    Reference:
        Figure 2, lower network.
    """
    return _network(input_shape, base_channels, classes, halved_twice=False, name=name)


def _network(input_shape, base_channels, classes, halved_twice, name):
    c1, c2, c3, c4 = _widths(base_channels)
    _check_shape(input_shape, multiple=4 if halved_twice else 2)
    inputs = layers.Input(input_shape, name="image")

    x = residual_block(inputs, c1, name="block1_1")
    x = residual_block(x, c1, name="block1_2")
    x = conv_norm(x, c1, THROUGH_PLANE, padding="valid", name="fuse1")
    if halved_twice:
        x = conv_norm(x, c1, IN_PLANE, strides=HALVED, name="downsample1")
    x = widen(x, c2, name="feature_expand1")

    x = residual_block(x, c2, name="block2_1")
    x = residual_block(x, c2, name="block2_2")
    shallow = conv_norm(x, c2, THROUGH_PLANE, padding="valid", name="fuse2")
    x = conv_norm(shallow, c2, IN_PLANE, strides=HALVED, name="downsample2")
    x = widen(x, c3, name="feature_expand2")

    x = residual_block(x, c3, dilation=1, name="block3_1")
    x = residual_block(x, c3, dilation=2, name="block3_2")
    x = residual_block(x, c3, dilation=3, name="block3_3")
    middle = conv_norm(x, c3, THROUGH_PLANE, padding="valid", name="fuse3")
    x = widen(middle, c4, name="feature_expand3")

    x = residual_block(x, c4, dilation=3, name="block4_1")
    x = residual_block(x, c4, dilation=2, name="block4_2")
    x = residual_block(x, c4, dilation=1, name="block4_3")
    deep = conv_norm(x, c4, THROUGH_PLANE, padding="valid", name="fuse4")

    # One prediction per depth, cropped to the slices of the deepest one. The paper
    # draws a convolution and an up-sampling; the code learns both in one layer.
    shallow = layers.Cropping3D((2, 0, 0), name="pred1_crop")(shallow)
    middle = layers.Cropping3D((1, 0, 0), name="pred2_crop")(middle)
    if halved_twice:
        shallow = upsample(shallow, classes, name="pred_up1")
    else:
        shallow = conv(shallow, classes, IN_PLANE, name="pred1")
    middle = upsample(middle, 2 * classes, name="pred_up2_1")
    deep = upsample(deep, 4 * classes, name="pred_up3_1")
    if halved_twice:
        middle = upsample(middle, 2 * classes, name="pred_up2_2")
        deep = upsample(deep, 4 * classes, name="pred_up3_2")

    x = layers.Concatenate(name="concat")([shallow, middle, deep])
    x = conv(x, classes, IN_PLANE, name="final_pred")
    # float32 under mixed precision too: the loss takes its exponential.
    outputs = layers.Activation("linear", dtype="float32", name="logits")(x)
    return keras.Model(inputs, outputs, name=name)


def residual_block(x, filters, dilation=1, *, name):
    """Adds two rounds of normalization, PReLU and 1x3x3 convolution to the input.

    Where the input has fewer channels, it is padded with channels of zeros; there is
    no projection.
    """
    y = x
    for i in range(2):
        y = BatchStatisticsPReLU(name=f"{name}_norm_{i}")(y)
        y = conv(
            y,
            filters,
            IN_PLANE,
            dilation_rate=(1, dilation, dilation),
            name=f"{name}_conv_{i}",
        )
    if x.shape[-1] != filters:
        x = PadChannels(filters, name=f"{name}_pad")(x)
    return layers.Add(name=f"{name}_add")([y, x])


def conv_norm(x, filters, kernel_size, *, name, **options):
    """Convolution, normalization and PReLU."""
    x = conv(x, filters, kernel_size, name=f"{name}_conv", **options)
    return BatchStatisticsPReLU(name=f"{name}_norm")(x)


def widen(x, filters, *, name):
    """1x1x1 convolution, normalization and PReLU, only if the width changes."""
    if x.shape[-1] == filters:
        return x
    return conv_norm(x, filters, POINTWISE, name=name)


def upsample(x, filters, *, name):
    """1x3x3 transposed convolution that doubles the plane, normalization and PReLU."""
    x = AnisotropicConv3DTranspose(
        filters,
        IN_PLANE,
        strides=HALVED,
        padding="same",
        use_bias=False,
        kernel_initializer=initializer(x.shape[-1], IN_PLANE),
        name=f"{name}_conv",
    )(x)
    return BatchStatisticsPReLU(name=f"{name}_norm")(x)


def conv(x, filters, kernel_size, padding="same", *, name, **options):
    """Convolution in the plane or through it, without a bias."""
    return AnisotropicConv3D(
        filters,
        kernel_size,
        padding=padding,
        use_bias=False,
        kernel_initializer=initializer(x.shape[-1], kernel_size),
        name=name,
        **options,
    )(x)


def initializer(channels, kernel_size):
    """Truncated normal distribution, deviation sqrt(2 / (kernel volume * channels)).

    original code: NiftyNet's rule, also for transposed convolutions. Keras's HeNormal
    is wider, as it compensates for the truncation.
    """
    deviation = math.sqrt(2 / (math.prod(kernel_size) * channels))
    return keras.initializers.TruncatedNormal(stddev=deviation)


def _widths(base_channels):
    widths = (base_channels,) * 4 if isinstance(base_channels, int) else base_channels
    if len(widths) != 4 or any(width < 1 for width in widths):
        raise ValueError(
            "Argument `base_channels` must be a positive number, or one for each of "
            f"the four stages. Received: base_channels={base_channels}"
        )
    return widths


def _check_shape(input_shape, multiple):
    message = (
        "Argument `input_shape` must be `(depth, height, width, channels)` with a "
        f"depth of at least {DEPTH_MARGIN + 1}, and height and width multiples of "
        f"{multiple}. Received: input_shape={input_shape}"
    )
    if len(input_shape) != 4:
        raise ValueError(message)
    depth, height, width, _ = input_shape
    if depth is not None and depth <= DEPTH_MARGIN:
        raise ValueError(message)
    if any(n is not None and n % multiple for n in (height, width)):
        raise ValueError(message)
