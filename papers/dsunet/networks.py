"""The U-Net of Isensee et al. 2017 and its separable, dilated successor.

Both have five levels, with 128 to 8 voxels along each side. On the way down, a context
module of two convolutions is added to its own input. On the way up, features are
repeated, halved in number by a convolution, concatenated with those of the same level
and combined by a localization module. The maps of three levels are summed.

The successor replaces the two convolutions of each context module by a depthwise
and a pointwise one, and dilates them and the localization modules. Nothing else
differs: this follows from the published numbers of parameters, which ours match to the
digit. The paper's text also has separable convolutions in the localization modules, and
lets their 1x1x1 convolution halve the features; both lead to other numbers.

3,200 parameters of the successor (2,208 of the other network) have no effect, because
a normalization subtracts the bias before it together with the mean. They are kept,
since the published numbers count them.

Reference:
    "3D U-Net with depth-wise separable and dilated convolutions", BraTS 2018.
    Isensee et al., "Brain Tumor Segmentation and Radiomics Survival Prediction",
    BrainLes 2017. Original code of the latter in Keras: ellisdg/3DUnetCNN, branch
    legacy, unet3d/model/isensee2017.py.
"""

import keras
from keras import layers

from common.layers.depthwise_conv3d import DepthwiseConv3D
from common.layers.instance_normalization import InstanceNormalization
from papers.dsunet.dilation import SCHEDULES

LEVELS = 5
MAPS = 3  # of the upper levels, summed into the output


def isensee2017(
    input_shape=(128, 128, 128, 4),
    labels=3,
    base_filters=16,
    *,
    negative_slope=1e-2,
    dropout_rate=0.3,
    name="isensee2017",
):
    """Builds the network that the paper starts from and compares with.

    It has 8,269,331 parameters with one label, the published number, and 8,269,561
    with three.

    Args:
        input_shape: `(depth, height, width, channels)` in voxels; the first three
            are None or multiples of 16 that are at least 32.
        labels: number of maps.
        base_filters: features at full resolution; each level below has twice as
            many.
        negative_slope: of the leaky ReLU; 0.3 in the original code.
        dropout_rate: share of the features dropped within a context module.
        name: the model's name.

    Returns:
        A `keras.Model` from `(batch, depth, height, width, channels)` to the
        probability of each label, `(batch, depth, height, width, labels)`.

    Raises:
        ValueError: an argument is outside its range.

    Reference:
        Isensee et al. 2017, figure 1.
    """
    return _network(
        input_shape,
        labels,
        base_filters,
        conv_block,
        SCHEDULES["flat"],
        negative_slope,
        dropout_rate,
        name,
    )


def separable_unet(
    input_shape=(128, 128, 128, 4),
    labels=3,
    base_filters=16,
    *,
    dilation="linear",
    mid_norm=False,
    negative_slope=1e-2,
    dropout_rate=0.3,
    name="separable_unet",
):
    """Builds the paper's network: 3,757,945 parameters with three labels.

    Args:
        input_shape: as for `isensee2017`.
        labels: number of maps.
        base_filters: as for `isensee2017`.
        dilation: name of a schedule, `"flat"`, `"half"`, `"linear"` or `"pow2"`.
        mid_norm: whether a separable block has a normalization in place of each
            bias. The number of parameters is the same either way.
        negative_slope: of the leaky ReLU.
        dropout_rate: as for `isensee2017`.
        name: the model's name.

    Returns:
        A `keras.Model`, as `isensee2017` does.

    Raises:
        ValueError: an argument is outside its range.

    Reference:
        Section II and figure 1.
    """
    if dilation not in SCHEDULES:
        raise ValueError(
            f"Argument `dilation` must be one of {', '.join(SCHEDULES)}. "
            f"Received: dilation={dilation!r}"
        )
    return _network(
        input_shape,
        labels,
        base_filters,
        mid_norm_block if mid_norm else separable_block,
        SCHEDULES[dilation],
        negative_slope,
        dropout_rate,
        name,
    )


def _network(
    input_shape, labels, base_filters, context_block, rates, slope, dropout_rate, name
):
    _check(input_shape, labels, base_filters)
    filters = [base_filters * 2**i for i in range(LEVELS)]
    inputs = layers.Input(input_shape, name="image")

    x, skips = inputs, []
    for i in range(LEVELS):
        # Not dilated: a convolution has either a stride or a dilation.
        strides = 1 if i == 0 else 2
        x = conv_block(x, filters[i], slope, strides=strides, name=f"down{i}")
        y = context_block(x, filters[i], slope, rate=rates[i], name=f"context{i}_0")
        y = layers.SpatialDropout3D(dropout_rate, name=f"context{i}_dropout")(y)
        y = context_block(y, filters[i], slope, rate=rates[i], name=f"context{i}_1")
        # original code: the text does not mention a sum.
        x = layers.Add(name=f"context{i}_add")([x, y])
        skips.append(x)

    maps = []
    for i in reversed(range(LEVELS - 1)):
        x = layers.UpSampling3D(2, name=f"up{i}_repeat")(x)
        x = conv_block(x, filters[i], slope, name=f"up{i}")
        x = layers.Concatenate(name=f"concat{i}")([skips[i], x])
        # The rate of the same level on the way down.
        x = conv_block(x, filters[i], slope, rate=rates[i], name=f"local{i}_0")
        x = conv_block(x, filters[i], slope, kernel_size=1, name=f"local{i}_1")
        if i < MAPS:
            maps.append(layers.Conv3D(labels, 1, name=f"map{i}")(x))

    total = maps[0]
    for i, finer in zip(reversed(range(MAPS - 1)), maps[1:], strict=True):
        total = layers.UpSampling3D(2, name=f"sum{i}_repeat")(total)
        total = layers.Add(name=f"sum{i}")([total, finer])
    # float32 under mixed precision too: the loss sums over millions of voxels.
    outputs = layers.Activation("sigmoid", dtype="float32", name="labels")(total)
    return keras.Model(inputs, outputs, name=name)


def conv_block(x, filters, slope, kernel_size=3, strides=1, rate=1, *, name):
    """Convolution, instance normalization and leaky ReLU."""
    x = layers.Conv3D(
        filters,
        kernel_size,
        strides=strides,
        dilation_rate=rate,
        padding="same",
        name=f"{name}_conv",
    )(x)
    return InstanceNormalization(negative_slope=slope, name=f"{name}_norm")(x)


def separable_block(x, filters, slope, rate=1, *, name):
    """Depthwise and pointwise convolution, instance normalization and leaky ReLU.

    There is nothing between the two convolutions (our choice), and each has a bias,
    as the number of parameters implies.
    """
    x = DepthwiseConv3D(3, dilation_rate=rate, padding="same", name=f"{name}_depth")(x)
    x = layers.Conv3D(filters, 1, name=f"{name}_point")(x)
    return InstanceNormalization(negative_slope=slope, name=f"{name}_norm")(x)


def mid_norm_block(x, filters, slope, rate=1, *, name):
    """The separable block of MobileNet, which has the same number of parameters."""
    x = DepthwiseConv3D(
        3, dilation_rate=rate, padding="same", use_bias=False, name=f"{name}_depth"
    )(x)
    x = InstanceNormalization(negative_slope=slope, name=f"{name}_mid")(x)
    x = layers.Conv3D(filters, 1, use_bias=False, name=f"{name}_point")(x)
    return InstanceNormalization(negative_slope=slope, name=f"{name}_norm")(x)


def _check(input_shape, labels, base_filters):
    # A normalization over a single voxel at the lowest level would leave nothing.
    factor = 2 ** (LEVELS - 1)
    sides = tuple(input_shape[:-1])
    if len(input_shape) != 4 or any(
        n is not None and (n % factor or n < 2 * factor) for n in sides
    ):
        raise ValueError(
            "Argument `input_shape` must be `(depth, height, width, channels)`, the "
            f"first three multiples of {factor} of at least {2 * factor}. "
            f"Received: input_shape={input_shape}"
        )
    counts = labels, base_filters
    if any(type(n) is not int or n < 1 for n in counts):
        raise ValueError(
            "Arguments `labels` and `base_filters` must be positive integers. "
            f"Received: labels={labels}, base_filters={base_filters}"
        )
