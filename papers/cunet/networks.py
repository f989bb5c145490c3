"""CU-Net: two U-Nets of residual blocks in a cascade, the second fed by the first.

The first U-Net separates tumor from the rest, the second one the parts of the tumor.
The decoder features of each level of the first are joined to the input of the same
level in the encoder of the second. In training only, eight auxiliary heads predict
from the coarser decoder levels beside the two branches.

We do not know the figure's numbers of channels, so all widths are ours. The three
networks that the paper compares with are in `papers.cunet.baselines`.

Reference:
    Liu, Shen, Shang, Wang, "CU-Net: Cascaded U-Net with Loss Weighted Sampling for
    Brain Tumor Segmentation", 2019, section 2.1 and figure 1.
"""

from functools import partial

import keras
from keras import layers

from papers.cunet.baselines import bfcn, drn, unet
from papers.cunet.blocks import (
    check_arguments,
    conv,
    deconv,
    preactivated_block,
    residual_block,
)

__all__ = ["bfcn", "cu_net", "drn", "unet", "without_heads"]

BRANCHES = ("wt", "sub")

# Number of poolings, and the levels of the auxiliary heads; 0 is full resolution.
AUX_LEVELS = {
    # inferred: every head has a deconvolution while the branches have none, and the
    # bottom counts as the first decoding layer.
    "A": (4, (4, 3, 2, 1)),
    "B": (4, (3, 2, 1, 0)),
    "C": (3, (3, 2, 1, 0)),
}


def cu_net(
    input_shape=(240, 240, 4),
    base_filters=32,
    *,
    branch2_classes=4,
    auxiliary=True,
    aux_levels="A",
    head_channels=8,
    unet2_multiplier=1,
    feed_image_to_unet2=False,
    preact=False,
    additive_skips=False,
    name="cu_net",
):
    """Builds CU-Net: 22,132,766 parameters, 19,736,326 without auxiliary heads.

    Args:
        input_shape: `(height, width, channels)` in pixels; height and width are
            multiples of 16 (of 8 with `aux_levels="C"`), or None.
        base_filters: width at full resolution; each level below has twice as many.
        branch2_classes: number of classes of the second U-Net: 4, the first of which
            is non-tumor, or 3 without it.
        auxiliary: whether there are auxiliary heads.
        aux_levels: the levels of the heads: `"A"`, 1/16 to 1/2; `"B"`, 1/8 to 1;
            `"C"`, 1/8 to 1 in U-Nets with three poolings.
        head_channels: number of channels of each head's deconvolution.
        unet2_multiplier: how many times wider the second U-Net is.
        feed_image_to_unet2: whether the second U-Net also sees the image.
        preact: whether activations come before convolutions in residual blocks.
        additive_skips: whether skip connections within a U-Net are sums.
        name: the model's name.

    Returns:
        A `keras.Model` from `(batch, height, width, channels)` to a dict of logits
        at the same resolution: `wt` (2 classes), `sub` (`branch2_classes`), and
        `wt_aux16`, `sub_aux16` and the like, by the heads' factors of enlargement.

    Raises:
        ValueError: an argument is outside its range.

    Reference:
        Section 2.1 and figure 1.
    """
    if aux_levels not in AUX_LEVELS:
        raise ValueError(
            f"Argument `aux_levels` must be one of {', '.join(AUX_LEVELS)}. "
            f"Received: aux_levels={aux_levels!r}"
        )
    if branch2_classes not in (3, 4):
        raise ValueError(
            "Argument `branch2_classes` must be 3 or 4. "
            f"Received: branch2_classes={branch2_classes}"
        )
    poolings, heads = AUX_LEVELS[aux_levels]
    widths = base_filters, unet2_multiplier, head_channels
    check_arguments(input_shape, widths, 2**poolings)
    block = preactivated_block if preact else residual_block
    build = partial(_unet, poolings=poolings, block=block, additive=additive_skips)

    inputs = layers.Input(input_shape, name="image")
    first = build(inputs, base_filters, name="u1")
    x, joined = first[0], first[1:]
    if feed_image_to_unet2:
        x = layers.Concatenate(name="u2_image")([inputs, x])
    second = build(x, base_filters * unet2_multiplier, joined=joined, name="u2")

    outputs = {}
    for branch, classes, features in zip(
        BRANCHES, (2, branch2_classes), (first, second), strict=True
    ):
        logits = {branch: conv(features[0], classes, name=f"{branch}_conv")}
        for level in heads if auxiliary else ():
            factor = 2**level
            head = f"{branch}_aux{factor}"
            x = features[level]
            if factor > 1:  # nothing to enlarge at full resolution
                x = deconv(x, head_channels, factor, name=f"{head}_up")
            logits[head] = conv(x, classes, name=f"{head}_conv")
        outputs |= {key: _float32(logit, key) for key, logit in logits.items()}
    return keras.Model(inputs, outputs, name=name)


def without_heads(model):
    """Returns CU-Net without its auxiliary heads, with the same weights.

    Args:
        model: what `cu_net` returned; any other network is returned unchanged.
    """
    if not isinstance(model.output, dict) or BRANCHES[0] not in model.output:
        return model
    outputs = {branch: model.output[branch] for branch in BRANCHES}
    return keras.Model(model.inputs[0], outputs, name=f"{model.name}_branches")


def _unet(x, base_filters, *, poolings, block, additive, joined=(), name):
    """Adds one U-Net and returns its decoder's features, full resolution first.

    Args:
        x: its input.
        base_filters: its width at full resolution.
        poolings: number of its poolings.
        block: function of features, width and name.
        additive: whether skip connections are sums.
        joined: features that are joined to the pooled ones of levels 1, 2, ….
        name: start of the layers' names.
    """
    filters = [base_filters * 2**level for level in range(poolings + 1)]
    skips = []
    for level in range(poolings + 1):
        if level:
            x = layers.MaxPooling2D(2, name=f"{name}pool{level}")(x)
            if joined:
                # inferred: after the pooling, where the sizes agree.
                both = [x, joined[level - 1]]
                x = layers.Concatenate(name=f"{name}between{level}")(both)
        x = block(x, filters[level], name=f"{name}enc{level}")
        skips.append(x)
    features = [x]
    for level in reversed(range(poolings)):
        x = deconv(x, filters[level], 2, name=f"{name}up{level}")
        join = layers.Add if additive else layers.Concatenate
        x = join(name=f"{name}skip{level}")([skips[level], x])
        x = block(x, filters[level], name=f"{name}dec{level}")
        features.insert(0, x)
    return features


def _float32(x, name):
    """Returns logits, float32 under mixed precision too: losses sum over all pixels."""
    return layers.Activation("linear", dtype="float32", name=name)(x)
