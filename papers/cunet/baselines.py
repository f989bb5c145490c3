"""The three networks that CU-Net is compared with: U-Net, BFCN and DRN.

The paper cites them without saying how they were built, and of BFCN and DRN only
abstract and introduction were available to us. Widths and everything marked as chosen
are ours.

Reference:
    Ronneberger et al., "U-Net", 2015.
    Shen, Wang, Zhang, McKenna, "Boundary-aware fully convolutional network for
    brain tumor segmentation", MICCAI 2017.
    Lopez & Ventura, "Dilated convolutions for brain tumor segmentation in MRI
    scans", BrainLes 2017; Yu et al., "Dilated residual networks", 2017, fyu/drn.
"""

import keras
from keras import layers, ops

from papers.cunet.blocks import check_arguments, conv, conv_bn, deconv, residual_block

POOLINGS = 4  # of the U-Net
BFCN_BLOCKS = (2, 2, 3)  # chosen: convolutions per block, as VGG16 begins

# chosen: (width in base filters, blocks, dilation, with shortcuts). The levels of the
# original DRN-C, but narrower and with dilation in place of each stride. The last two
# undo the gridding and have no shortcuts.
DRN_LEVELS = (
    (1, 1, 1, True),
    (2, 1, 1, True),
    (4, 2, 2, True),
    (8, 2, 4, True),
    (8, 2, 8, True),
    (8, 1, 4, False),
    (4, 1, 2, False),
    (4, 1, 1, False),
)


def unet(
    input_shape=(240, 240, 4), classes=4, base_filters=64, *, bn=True, name="unet"
):
    """Builds U-Net: 31,050,180 parameters.

    Args:
        input_shape: `(height, width, channels)` in pixels, height and width
            multiples of 16, or None.
        classes: number of labels, the background included.
        base_filters: width at full resolution; 64 in the original.
        bn: whether convolutions are normalized (chosen); they are not in the
            original.
        name: the model's name.

    Returns:
        A `keras.Model` from `(batch, height, width, channels)` to logits
        `(batch, height, width, classes)`.

    Raises:
        ValueError: an argument is outside its range.

    Reference:
        Ronneberger et al., figure 1; padded (chosen), so that nothing is cropped.
    """
    check_arguments(input_shape, (base_filters,), 2**POOLINGS)
    block = _normalized_pair if bn else _pair
    inputs = x = layers.Input(input_shape, name="image")
    skips = []
    for level in range(POOLINGS):
        x = block(x, base_filters * 2**level, name=f"enc{level}")
        skips.append(x)
        x = layers.MaxPooling2D(2, name=f"pool{level + 1}")(x)
    x = block(x, base_filters * 2**POOLINGS, name=f"enc{POOLINGS}")
    for level in reversed(range(POOLINGS)):
        filters = base_filters * 2**level
        x = deconv(x, filters, 2, name=f"up{level}")
        x = layers.Concatenate(name=f"skip{level}")([skips[level], x])
        x = block(x, filters, name=f"dec{level}")
    return keras.Model(inputs, _logits(x, classes, "logits"), name=name)


def bfcn(
    input_shape=(240, 240, 4),
    classes=4,
    base_filters=64,
    *,
    symmetry_channels=0,
    name="bfcn",
):
    """Builds BFCN with branches for tissue and borders: 4,364,042 parameters.

    Args:
        input_shape: `(height, width, channels)` in pixels, height and width
            multiples of 4, or None.
        classes: number of labels, the background included.
        base_filters: width at full resolution and of the branches.
        symmetry_channels: of how many modalities the network also sees the
            difference from the mirror image: 0, 3 (all but the second, T1) or 4.
        name: the model's name.

    Returns:
        A `keras.Model` from `(batch, height, width, channels)` to a dict of logits
        at the same resolution: `tissue` (`classes`), `boundary` (2) and `combined`
        (`classes`), which is the segmentation.

    Raises:
        ValueError: an argument is outside its range.

    Reference:
        Section 3.3: two branches learn tissue and boundary. The layers are chosen.
    """
    check_arguments(input_shape, (base_filters,), 2 ** (len(BFCN_BLOCKS) - 1))
    if symmetry_channels not in (0, 3, 4):
        raise ValueError(
            "Argument `symmetry_channels` must be 0, 3 or 4. "
            f"Received: symmetry_channels={symmetry_channels}"
        )
    inputs = x = layers.Input(input_shape, name="image")
    if symmetry_channels:
        x = layers.Concatenate(name="symmetry")(
            [x, _asymmetry(x, symmetry_channels == 4)]
        )
    maps = []
    for level, convolutions in enumerate(BFCN_BLOCKS):
        if level:
            x = layers.MaxPooling2D(2, name=f"pool{level}")(x)
        for i in range(convolutions):
            x = conv_bn(x, base_filters * 2**level, name=f"down{level}_{i}")
        maps.append(x)

    logits = {}
    for branch, channels in (("tissue", classes), ("boundary", 2)):
        ups = []
        for level, x in enumerate(maps):
            up = f"{branch}{level}"
            if level:
                x = deconv(x, base_filters, 2**level, 2 ** (level + 1), name=f"{up}_up")
            ups.append(conv_bn(x, base_filters, name=up))
        x = layers.Concatenate(name=f"{branch}_maps")(ups)
        logits[branch] = _logits(x, channels, branch)
    probabilities = [
        layers.Softmax(name=f"{branch}_softmax")(x) for branch, x in logits.items()
    ]
    x = layers.Concatenate(name="combine")(probabilities)
    for i in range(2):
        x = conv_bn(x, base_filters, name=f"combine_{i}")
    logits["combined"] = _logits(x, classes, "combined")
    return keras.Model(inputs, logits, name=name)


def drn(input_shape=(240, 240, 4), classes=4, base_filters=16, *, name="drn"):
    """Builds the dilated residual network without pooling: 1,752,708 parameters.

    Args:
        input_shape: `(height, width, channels)` in pixels; height and width may be
            None. The receptive field is 151 pixels.
        classes: number of labels, the background included.
        base_filters: width of the first level.
        name: the model's name.

    Returns:
        A `keras.Model` from `(batch, height, width, channels)` to logits
        `(batch, height, width, classes)`.

    Raises:
        ValueError: an argument is outside its range.

    Reference:
        Section 1: "abandoned pooling operations"; original code of DRN-C.
    """
    check_arguments(input_shape, (base_filters,))
    inputs = layers.Input(input_shape, name="image")
    x = conv_bn(inputs, base_filters, name="stem")
    for level, (width, blocks, dilation, residual) in enumerate(DRN_LEVELS, 1):
        for i in range(blocks):
            x = residual_block(
                x,
                width * base_filters,
                dilation_rate=dilation,
                residual=residual,
                name=f"level{level}_{i}",
            )
    return keras.Model(inputs, _logits(x, classes, "logits"), name=name)


def _pair(x, filters, *, name):
    for i in (1, 2):
        x = conv(x, filters, 3, activation="relu", name=f"{name}_{i}_conv")
    return x


def _normalized_pair(x, filters, *, name):
    for i in (1, 2):
        x = conv_bn(x, filters, name=f"{name}_{i}")
    return x


def _asymmetry(x, all_modalities):
    """Returns the difference of modalities from their mirror images (left, right)."""
    if not all_modalities:
        x = ops.concatenate([x[..., :1], x[..., 2:]], axis=-1)
    return ops.abs(x - ops.flip(x, axis=2))


def _logits(x, classes, name):
    """Returns logits, float32 under mixed precision too: losses sum over all pixels."""
    x = conv(x, classes, name=f"{name}_conv")
    return layers.Activation("linear", dtype="float32", name=name)(x)
