"""The paper's four networks: two encoders with skip connections, and two U-Nets.

All map slices of four modalities to the probabilities of five labels at the same
size. As 240 is 16 x 15, the U-Nets' four poolings divide it exactly, and the encoders'
fifth pooling rounds up (`papers.hierdice.skip_decoder`).

Reference:
    Zhang et al., "Brain tumor segmentation based on refined fully convolutional
    neural networks with a hierarchical dice loss", 2017, section 3.
"""

from functools import partial

import keras
from keras import layers

from common.layers.batch_normalization import FusedBatchNormalization
from papers.hierdice import encoders
from papers.hierdice.skip_decoder import probabilities, skip_decoder

LEVELS = 4  # poolings of the U-Nets


def fcn8s_vgg16(
    input_shape,
    classes=5,
    base_filters=64,
    *,
    fusion="par8",
    skip_weights=(1, 2, 4),
    name="fcn8s_vgg16",
):
    """Builds VGG16 with skip connections.

    Args:
        input_shape: `(height, width, channels)` in pixels, height and width
            multiples of 8.
        classes: number of labels, the background included.
        base_filters: width of the first convolutions; 64 in VGG16.
        fusion: how the three skip connections are joined, see `skip_decoder`.
        skip_weights: their weights, for strides 8, 16 and 32.
        name: the model's name.

    Returns:
        A `keras.Model` from `(batch, height, width, channels)` to probabilities
        `(batch, height, width, classes)`.

    Raises:
        ValueError: an argument is outside its range.

    Reference:
        Section 3.1 and figure 4. There are no pre-trained weights, as VGG16 has three
        channels.
    """
    _check(input_shape, base_filters, multiple=8)
    inputs = layers.Input(input_shape, name="image")
    maps = encoders.vgg16(inputs, base_filters)
    scores = skip_decoder(maps, classes, fusion, skip_weights)
    return keras.Model(inputs, probabilities(scores), name=name)


def resnet50_skip(
    input_shape,
    classes=5,
    base_filters=64,
    *,
    fusion="par8",
    skip_weights=(1, 2, 4),
    momentum=0.99,
    name="resnet50_skip",
):
    """Builds ResNet50 with skip connections.

    Arguments, result and errors are those of `fcn8s_vgg16`, with one more argument.

    Args:
        momentum: of the normalizations' moving statistics.

    Reference:
        Section 3.1 and figure 6.
    """
    _check(input_shape, base_filters, multiple=8)
    inputs = layers.Input(input_shape, name="image")
    maps = encoders.resnet50(inputs, base_filters, momentum)
    scores = skip_decoder(maps, classes, fusion, skip_weights)
    return keras.Model(inputs, probabilities(scores), name=name)


def unet(input_shape, classes=5, base_filters=64, *, up_activation="relu", name="unet"):
    """Builds U-Net with padded convolutions, which need no cropping.

    Args:
        input_shape: `(height, width, channels)` in pixels, height and width
            multiples of 16.
        classes: number of labels, the background included.
        base_filters: width of the first convolutions; 64 in U-Net.
        up_activation: what follows each transposed convolution, or None.
        name: the model's name.

    Returns:
        A `keras.Model` from `(batch, height, width, channels)` to probabilities
        `(batch, height, width, classes)`.

    Raises:
        ValueError: an argument is outside its range.

    Reference:
        Section 3.1 and figure 5; widths and depth are those of Ronneberger et al.
        2015. There is no normalization: the paper adds it in the residual U-Net.
    """
    _check(input_shape, base_filters, multiple=2**LEVELS)
    return _unet(input_shape, classes, base_filters, double_conv, up_activation, name)


def residual_unet(
    input_shape,
    classes=5,
    base_filters=64,
    *,
    synchronized=False,
    momentum=0.99,
    epsilon=1e-3,
    name="residual_unet",
):
    """Builds the U-Net of residual units.

    Arguments, result and errors are those of `unet`, whose transposed convolutions
    have no activation here. The further arguments are of the normalizations.

    Args:
        synchronized: whether replicas normalize by the statistics of all of them
            instead of their own.
        momentum: of the moving statistics.
        epsilon: what is added to the variance.

    Reference:
        Section 3.1 and figure 7: U-Net's pairs of convolutions become residual units
        with a batch normalization between convolution and activation.
    """
    _check(input_shape, base_filters, multiple=2**LEVELS)

    rule = {"synchronized": synchronized, "momentum": momentum, "epsilon": epsilon}
    unit = partial(residual_unit, normalization=rule)
    return _unet(input_shape, classes, base_filters, unit, None, name)


def _unet(input_shape, classes, base_filters, block, up_activation, name):
    inputs = x = layers.Input(input_shape, name="image")
    skips = []
    for level in range(LEVELS):
        x = block(x, base_filters * 2**level, name=f"enc{level + 1}")
        skips.append(x)
        x = layers.MaxPooling2D(2, name=f"pool{level + 1}")(x)
    x = block(x, base_filters * 2**LEVELS, name="bottom")
    for level in reversed(range(LEVELS)):
        filters = base_filters * 2**level
        x = layers.Conv2DTranspose(
            filters,
            2,
            strides=2,
            activation=up_activation,
            kernel_initializer="he_normal",
            name=f"up{level + 1}",
        )(x)
        x = layers.Concatenate(name=f"concat{level + 1}")([skips[level], x])
        x = block(x, filters, name=f"dec{level + 1}")
    scores = layers.Conv2D(classes, 1, name="score")(x)
    return keras.Model(inputs, probabilities(scores), name=name)


def double_conv(x, filters, *, name):
    """U-Net's block: two 3x3 convolutions, each with bias and ReLU."""
    for i in (1, 2):
        x = layers.Conv2D(
            filters,
            3,
            padding="same",
            activation="relu",
            kernel_initializer="he_normal",
            name=f"{name}_conv{i}",
        )(x)
    return x


def residual_unit(x, filters, *, normalization, name):
    """Sums two 3x3 convolutions and a shortcut, followed by ReLU.

    Args:
        x: `(batch, height, width, channels)`.
        filters: number of channels of the result.
        normalization: arguments of each `FusedBatchNormalization`.
        name: start of the layers' names.

    inferred: the form of He et al. 2015; the figure is lost. chosen: where the width
    changes, as in every unit of this network, the shortcut is a normalized 1x1
    convolution.
    """

    def conv_bn(x, kernel_size, name):
        # The gradient of a bias before a normalization is rounding error only, which
        # Adam would turn into steps of full size.
        x = layers.Conv2D(
            filters,
            kernel_size,
            padding="same",
            use_bias=False,
            kernel_initializer="he_normal",
            name=f"{name}_conv",
        )(x)
        return FusedBatchNormalization(**normalization, name=f"{name}_bn")(x)

    shortcut = x
    if x.shape[-1] != filters:
        shortcut = conv_bn(x, 1, f"{name}_shortcut")
    y = conv_bn(x, 3, f"{name}_1")
    y = layers.ReLU(name=f"{name}_1_relu")(y)
    y = conv_bn(y, 3, f"{name}_2")
    y = layers.Add(name=f"{name}_add")([y, shortcut])
    return layers.ReLU(name=f"{name}_relu")(y)


def _check(input_shape, base_filters, multiple):
    # Below 4, ResNet50 has strided 1x1 convolutions of fewer than 16 input channels,
    # whose gradient writes past its memory on CPUs (uxlfoundation/oneDNN#6035).
    if len(input_shape) != 3 or any(not n or n % multiple for n in input_shape[:2]):
        raise ValueError(
            "Argument `input_shape` must be `(height, width, channels)` with height "
            f"and width multiples of {multiple}. Received: input_shape={input_shape}"
        )
    if base_filters < 4:
        raise ValueError(
            "Argument `base_filters` must be at least 4. "
            f"Received: base_filters={base_filters}"
        )
