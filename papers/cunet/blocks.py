"""The layers of which this paper's networks are composed."""

from keras import layers

from common.layers.batch_normalization import FusedBatchNormalization

INITIALIZER = "he_normal"  # chosen: the paper names none
# inferred: the defaults of PyTorch, which the paper used.
NORMALIZATION = {"momentum": 0.9, "epsilon": 1e-5}


def conv_bn(x, filters, kernel_size=3, *, relu=True, dilation_rate=1, name):
    """Convolution, batch normalization and, by default, ReLU.

    There is no bias, as the normalization would subtract it again.
    """
    x = layers.Conv2D(
        filters,
        kernel_size,
        padding="same",
        dilation_rate=dilation_rate,
        use_bias=False,
        kernel_initializer=INITIALIZER,
        name=f"{name}_conv",
    )(x)
    x = FusedBatchNormalization(**NORMALIZATION, name=f"{name}_bn")(x)
    return layers.ReLU(name=f"{name}_relu")(x) if relu else x


def conv(x, filters, kernel_size=1, *, name, **options):
    """Convolution with a bias."""
    return layers.Conv2D(
        filters,
        kernel_size,
        padding="same",
        kernel_initializer=INITIALIZER,
        name=name,
        **options,
    )(x)


def deconv(x, filters, strides, kernel_size=None, *, name):
    """Transposed convolution with a bias; by default each output has one input."""
    return layers.Conv2DTranspose(
        filters,
        kernel_size or strides,
        strides=strides,
        padding="same",
        kernel_initializer=INITIALIZER,
        name=name,
    )(x)


def residual_block(x, filters, *, dilation_rate=1, residual=True, name):
    """Sums two normalized 3x3 convolutions and a shortcut, followed by ReLU.

    chosen: the first published form of the block; the paper says only "a residual
    block stacked by two 3x3 convolution blocks". Where the width changes, the shortcut
    is a normalized 1x1 convolution.

    Args:
        x: `(batch, height, width, channels)`.
        filters: number of channels of the result.
        dilation_rate: dilation of both convolutions.
        residual: whether there is a shortcut.
        name: start of the layers' names.
    """
    shortcut = x
    if residual and x.shape[-1] != filters:
        shortcut = conv_bn(x, filters, 1, relu=False, name=f"{name}_shortcut")
    x = conv_bn(x, filters, dilation_rate=dilation_rate, name=f"{name}_1")
    x = conv_bn(x, filters, relu=False, dilation_rate=dilation_rate, name=f"{name}_2")
    if residual:
        x = layers.Add(name=f"{name}_add")([x, shortcut])
    return layers.ReLU(name=f"{name}_relu")(x)


def preactivated_block(x, filters, *, name):
    """The block's later form, with normalization and ReLU before each convolution.

    The shortcut is a plain 1x1 convolution where the width changes. Every
    convolution has a bias.
    """
    shortcut = x
    if x.shape[-1] != filters:
        shortcut = conv(x, filters, name=f"{name}_shortcut_conv")
    for i in (1, 2):
        x = FusedBatchNormalization(**NORMALIZATION, name=f"{name}_{i}_bn")(x)
        x = layers.ReLU(name=f"{name}_{i}_relu")(x)
        x = conv(x, filters, 3, name=f"{name}_{i}_conv")
    return layers.Add(name=f"{name}_add")([x, shortcut])


def check_arguments(input_shape, widths, multiple=1):
    """Checks that the poolings divide the slices, and that widths are positive.

    Raises:
        ValueError: an argument is outside its range.
    """
    if len(input_shape) != 3 or any(n and n % multiple for n in input_shape[:2]):
        raise ValueError(
            "Argument `input_shape` must be `(height, width, channels)` with height "
            f"and width multiples of {multiple}. Received: input_shape={input_shape}"
        )
    if min(widths) < 1:
        raise ValueError(f"Expected widths of at least 1. Received: {tuple(widths)}")
