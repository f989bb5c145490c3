"""LinkNet and its multi-scale variants, as the paper describes them.

The plain network is the original LinkNet: a ResNet-18 encoder, four decoder
blocks, four additive links and a head that restores full resolution. The
multi-scale variants feed down-scaled copies of the image to the encoder maps
of the same size; the decoder is the same in all of them.

Reference:
    Sobhaninia et al., "Brain tumor segmentation by cascaded deep neural
    networks using multiple image scales", sections II.B and II.C.
    Chaurasia & Culurciello, "LinkNet: Exploiting encoder representations for
    efficient semantic segmentation", VCIP 2017, figures 1 and 2.
"""

import keras
from keras import layers

from common.layers.batch_normalization import FusedBatchNormalization
from common.layers.small_map_conv2d import SmallMapConv2D

# Width of each encoder stage in units of `base_filters`, and its first stride.
ENCODER = (("enc1", 1, 1), ("enc2", 2, 2), ("enc3", 4, 2), ("enc4", 8, 2))

# The encoder map that a down-scaled image joins, by the image's scale: the one map of
# the same size. inferred: "concatenated at different encoder layers" (section II.B).
ENTRANCES = {2: "stem", 4: "pool", 8: "enc2"}
SCALE_NAMES = {2: "half", 4: "quarter", 8: "eighth"}

# The encoder of fb.resnet.torch and LinkNet's decoder have different epsilons. A
# momentum of 0.1 in Torch is one of 0.9 in Keras.
ENCODER_EPSILON = 1e-5
DECODER_EPSILON = 1e-3
BATCH_NORM_MOMENTUM = 0.9

FUSIONS = ("concat", "concat_conv", "conv_concat", "resample")


def linknet(
    input_shape,
    scales=(1,),
    base_filters=64,
    *,
    fusion="concat",
    quarter_at="pool",
    outer_link=True,
    post_sum_relu=True,
    scaled_channels=None,
    name=None,
):
    """Builds LinkNet, which sees the image at one or more scales.

    Args:
        input_shape: `(height, width, channels)` in pixels, height and width
            multiples of 32. The cascade's second network has two channels,
            image and map.
        scales: down-scaling factors, starting with 1: `(1,)` is LinkNet,
            `(1, 2)` Dual-Scale, `(1, 2, 4)` Triad-Scale, `(1, 2, 4, 8)`
            Multi-Scale LinkNet.
        base_filters: width of the stem; 64 in the paper.
        fusion: how a scaled image joins its encoder map: `"concat"` (the default
            reading), `"concat_conv"` (followed by a 3x3 convolution back to the
            old width), `"conv_concat"` (the image first passes a 3x3 convolution,
            our choice being as many filters as it has channels) or `"resample"`
            (the half scale is resampled to the size of the max-pool's output and
            joins there; it adds nothing to a quarter scale, so the two together
            are refused).
        quarter_at: where the quarter scale joins, `"pool"` (default) or `"enc1"`;
            both maps have its size.
        outer_link: whether the max-pool's output is linked to the last
            decoder block, as in the original. Ports often omit it.
        post_sum_relu: whether a ReLU follows each sum, as in the original.
        scaled_channels: number of leading input channels that the scaled
            copies show; all by default.
        name: the model's name.

    Returns:
        A `keras.Model` from `(batch, height, width, channels)` to the tumor
        probability `(batch, height, width, 1)`.

    Raises:
        ValueError: an argument is outside its range.

    Reference:
        Section II.B of the paper; figure 3 is LinkNet's own. Figure 2, which
        shows where the scales enter, was not available to us.
    """
    scales = tuple(scales)
    _check_arguments(input_shape, scales, base_filters, fusion, quarter_at)
    inputs = layers.Input(input_shape, name="image")
    copies = _scaled_copies(inputs, scales, scaled_channels)
    entrance = {ENTRANCES[scale]: copy for scale, copy in copies.items()}
    if quarter_at == "enc1" and "pool" in entrance:
        entrance["enc1"] = entrance.pop("pool")
    if fusion == "resample" and "stem" in entrance:
        half = layers.AveragePooling2D(2, name="half_resampled")(entrance.pop("stem"))
        entrance["pool"] = half

    def enter(x, place):
        """Joins the scaled image whose entrance is `place`, if there is one."""
        if place not in entrance:
            return x
        return fuse_scales(x, entrance[place], fusion, name=f"{place}fusion")

    # Encoder. Links leave before a scaled image joins, so that the decoder is the
    # same for every set of scales.
    stem = conv_bn(inputs, base_filters, 7, strides=2, name="stem")
    pooling = layers.MaxPooling2D(3, strides=2, padding="same", name="pool")
    pooled = pooling(stem)
    x = enter(stem, "stem")
    x = (
        pooled
        if x is stem
        else layers.MaxPooling2D(3, strides=2, padding="same", name="fusedpool")(x)
    )
    links = [pooled]
    x = enter(x, "pool")
    for stage, width, strides in ENCODER:
        x = encoder_block(x, width * base_filters, strides, name=stage)
        links.append(x)
        x = enter(x, stage)

    # Decoder: block i restores the size and width of encoder block i's input.
    widths = (1, 1, 2, 4)
    for i in (4, 3, 2, 1):
        strides = 1 if i == 1 else 2
        x = decoder_block(x, widths[i - 1] * base_filters, strides, name=f"dec{i}")
        if i > 1 or outer_link:
            x = layers.Add(name=f"link{i}")([x, links[i - 1]])
        if post_sum_relu:
            x = layers.ReLU(name=f"link{i}_relu")(x)

    outputs = head(x, base_filters // 2)
    return keras.Model(inputs, outputs, name=name or f"linknet_{len(scales)}_scale")


def conv_bn(x, filters, kernel_size, strides=1, relu=True, *, name):
    """Convolution without bias, batch normalization and ReLU, as in the encoder."""
    x = SmallMapConv2D(
        filters,
        kernel_size,
        strides=strides,
        padding="same",
        use_bias=False,
        kernel_initializer=initializer(layers.Conv2D),
        name=f"{name}_conv",
    )(x)
    x = batch_norm(ENCODER_EPSILON, name=f"{name}_bn")(x)
    return layers.ReLU(name=f"{name}_relu")(x) if relu else x


def initializer(convolution):
    """Normal distribution of deviation sqrt(2 / (kernel area * output channels)).

    original code: the rule of fb.resnet.torch. Keras counts the output channels of a
    transposed convolution as its fan-in.
    """
    transposed = convolution is layers.Conv2DTranspose
    mode = "fan_in" if transposed else "fan_out"
    return keras.initializers.VarianceScaling(2.0, mode, "untruncated_normal")


def batch_norm(epsilon, *, name):
    """Batch normalization with Torch's momentum and unbiased moving variances."""
    return FusedBatchNormalization(
        momentum=BATCH_NORM_MOMENTUM, epsilon=epsilon, name=name
    )


def basic_block(x, filters, strides, *, name):
    """ResNet's basic block: two 3x3 convolutions and a shortcut, summed.

    The shortcut is a 1x1 convolution where size or width changes (type B). It must see
    the pixel on which the strided 3x3 convolution beside it is centered. Torch pads in
    front, so that both are centered on pixel 2i; "same" pads an even side behind, which
    centers the 3x3 convolution on 2i + 1, while a strided 1x1 convolution would still
    see 2i. Without its first row and column, the shortcut sees 2i + 1, too, and the
    whole network is the mirror image of Torch's.
    """
    shortcut = x
    if strides != 1:
        shortcut = layers.Cropping2D(
            ((strides - 1, 0), (strides - 1, 0)), name=f"{name}_shortcut_crop"
        )(shortcut)
    if strides != 1 or x.shape[-1] != filters:
        shortcut = conv_bn(
            shortcut, filters, 1, strides=strides, relu=False, name=f"{name}_shortcut"
        )
    y = conv_bn(x, filters, 3, strides=strides, name=f"{name}_1")
    y = conv_bn(y, filters, 3, relu=False, name=f"{name}_2")
    y = layers.Add(name=f"{name}_add")([y, shortcut])
    return layers.ReLU(name=f"{name}_relu")(y)


def encoder_block(x, filters, strides, *, name):
    """One ResBlock of figure 3: two basic blocks, the first with the stride."""
    x = basic_block(x, filters, strides, name=f"{name}_a")
    return basic_block(x, filters, 1, name=f"{name}_b")


def decoder_block(x, filters, strides, *, name):
    """One DecodeBlock: 1x1 to a quarter of the width, 3x3 up, 1x1 to `filters`."""
    quarter = x.shape[-1] // 4
    x = decoder_conv(x, layers.Conv2D, quarter, 1, name=f"{name}_reduce")
    x = decoder_conv(
        x, layers.Conv2DTranspose, quarter, 3, strides=strides, name=f"{name}_up"
    )
    return decoder_conv(x, layers.Conv2D, filters, 1, name=f"{name}_expand")


def decoder_conv(
    x, convolution, filters, kernel_size, strides=1, *, epsilon=DECODER_EPSILON, name
):
    """Convolution with bias, normalization and ReLU, as in the original decoder."""
    x = convolution(
        filters,
        kernel_size,
        strides=strides,
        padding="same",
        kernel_initializer=initializer(convolution),
        name=f"{name}_conv",
    )(x)
    x = batch_norm(epsilon, name=f"{name}_bn")(x)
    return layers.ReLU(name=f"{name}_relu")(x)


def head(x, filters):
    """Restores the input's size in two steps and ends with the sigmoid map."""
    # In the original, only this normalization has Torch's default epsilon.
    x = decoder_conv(
        x, layers.Conv2DTranspose, filters, 3, strides=2, epsilon=1e-5, name="head1"
    )
    x = decoder_conv(x, layers.Conv2D, filters, 3, name="head2")
    x = layers.Conv2DTranspose(
        1,
        2,
        strides=2,
        padding="same",
        kernel_initializer=initializer(layers.Conv2DTranspose),
        name="head3",
    )(x)
    # float32 under mixed precision too: the losses take its logarithm.
    return layers.Activation("sigmoid", dtype="float32", name="tumor")(x)


def fuse_scales(x, image, fusion, *, name):
    """Joins a scaled image to the encoder map of the same size (section II.B)."""
    width = x.shape[-1]
    if fusion == "conv_concat":
        image = conv_bn(image, image.shape[-1], 3, name=f"{name}_image")
    x = layers.Concatenate(name=name)([x, image])
    if fusion == "concat_conv":
        x = conv_bn(x, width, 3, name=f"{name}_back")
    return x


def _scaled_copies(inputs, scales, channels):
    """Returns the image at each scale but 1, down-sampled by exact area averaging.

    chosen: the paper does not say how the image is scaled.
    """
    source = inputs
    if channels is not None and not 1 <= channels <= inputs.shape[-1]:
        raise ValueError(
            "Argument `scaled_channels` must be from 1 to the number of channels. "
            f"Received: scaled_channels={channels}"
        )
    if channels is not None:
        source = inputs[..., :channels]
    return {
        scale: layers.AveragePooling2D(scale, name=SCALE_NAMES[scale])(source)
        for scale in scales
        if scale != 1
    }


def _check_arguments(input_shape, scales, base_filters, fusion, quarter_at):
    if len(input_shape) != 3 or any(n is None or n % 32 for n in input_shape[:2]):
        raise ValueError(
            "Argument `input_shape` must be `(height, width, channels)` with "
            "height and width multiples of 32, the network's total stride. "
            f"Received: input_shape={input_shape}"
        )
    known = (1, *ENTRANCES)
    if (
        scales[:1] != (1,)
        or len(set(scales)) != len(scales)
        or set(scales) - set(known)
    ):
        raise ValueError(
            f"Argument `scales` must start with 1 and hold factors of {known}, each "
            f"once. Received: scales={scales}"
        )
    if base_filters < 4 or base_filters % 4:
        raise ValueError(
            "Argument `base_filters` must be a positive multiple of 4, because the "
            f"decoder divides it by 4. Received: base_filters={base_filters}"
        )
    if fusion not in FUSIONS:
        raise ValueError(
            f"Argument `fusion` must be one of {FUSIONS}. Received: fusion={fusion}"
        )
    if fusion == "resample" and 4 in scales:
        raise ValueError(
            "Argument `fusion='resample'` cannot be combined with the scale 4, as both "
            f"images would be the same. Received: scales={scales}"
        )
    if quarter_at not in ("pool", "enc1"):
        raise ValueError(
            "Argument `quarter_at` must be 'pool' or 'enc1'. "
            f"Received: quarter_at={quarter_at}"
        )
