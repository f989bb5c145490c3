"""The decoder of the two skip-connection networks, which sums up-sampled scores."""

import keras
from keras import layers

from papers.hierdice.bilinear import Bilinear

FUSIONS = ("par8", "seq", "full")


def skip_decoder(maps, classes, fusion="par8", weights=(1, 2, 4)):
    """Joins the last three maps of an encoder into one of the image's size.

    A 1x1 convolution turns each map into scores, and transposed convolutions that
    begin as bilinear interpolation bring the scores to one size.

    Args:
        maps: features of strides 8, 16 and 32, `(batch, height, width, channels)`.
        classes: number of scores.
        fusion: `"par8"` (all are summed at stride 8 and then enlarged 8 times),
            `"seq"` (FCN-8s: the deepest is enlarged to the one above and added, and
            so on) or `"full"` (each is enlarged to full size in one step, then
            summed).
        weights: factors of the scores of strides 8, 16 and 32.

    Returns:
        Scores `(batch, 8 height, 8 width, classes)` of the first map's size.

    Raises:
        ValueError: `fusion` is unknown, or there is not one weight per map.

    Reference:
        Figure 4's caption: "After the up sample layers, they are added up with
        weights of 1, 2 and 4". inferred: in the default reading, 1, 2 and 4 are both
        the weights and the up-sampling factors that align strides 8, 16 and 32; the
        figure is lost. Section 5 contrasts "4 2x up sample layers" with "1 16x up
        sample layer", which none of the three has: FCN-8s ends with 8x.
    """
    if fusion not in FUSIONS:
        raise ValueError(
            f"Argument `fusion` must be one of {FUSIONS}. Received: fusion={fusion}"
        )
    if len(weights) != len(maps):
        raise ValueError(
            f"Argument `weights` must have one number per map, {len(maps)}. "
            f"Received: weights={weights}"
        )
    scores = [
        _weighted(layers.Conv2D(classes, 1, name=f"score{s}")(x), weight, f"weight{s}")
        for s, x, weight in zip((8, 16, 32), maps, weights, strict=True)
    ]
    of8, of16, of32 = scores
    if fusion == "full":
        size = tuple(8 * n for n in of8.shape[1:3])
        whole = [
            upsample(x, scale, size, name=f"up{scale}")
            for x, scale in zip(scores, (8, 16, 32), strict=True)
        ]
        return layers.Add(name="fuse")(whole)
    if fusion == "seq":
        x = upsample(of32, 2, of16.shape[1:3], name="up32")
        x = layers.Add(name="fuse16")([of16, x])
        x = upsample(x, 2, of8.shape[1:3], name="up16")
        x = layers.Add(name="fuse8")([of8, x])
    else:
        of16 = upsample(of16, 2, of8.shape[1:3], name="up16")
        of32 = upsample(of32, 4, of8.shape[1:3], name="up32")
        x = layers.Add(name="fuse8")([of8, of16, of32])
    return upsample(x, 8, tuple(8 * n for n in of8.shape[1:3]), name="up8")


def upsample(x, scale, size, *, name):
    """Enlarges by a transposed convolution and crops at the bottom and the right.

    Where a pooling has halved an odd size, its last cell reaches beyond the map: 240
    is 16 x 15, and the 8 cells of the deepest map cover 16 cells of stride 16. The
    padding is at the bottom and at the right, so the top left corners agree.

    Args:
        x: scores `(batch, height, width, classes)`.
        scale: the factor.
        size: (height, width) of the result.
        name: start of the layers' names.
    """
    channels = x.shape[-1]
    x = layers.Conv2DTranspose(
        channels,
        2 * scale,
        strides=scale,
        padding="same",
        use_bias=False,
        kernel_initializer=Bilinear(),
        name=name,
    )(x)
    surplus = [has - wanted for has, wanted in zip(x.shape[1:3], size, strict=True)]
    if any(surplus):
        crop = tuple((0, cells) for cells in surplus)
        x = layers.Cropping2D(crop, name=f"{name}_crop")(x)
    return x


def probabilities(scores):
    """Returns the softmax over the classes, the output of all four networks."""
    # float32 under mixed precision too: the losses take its logarithm.
    dtype = "float32" if keras.config.floatx() == "float32" else None
    return layers.Softmax(dtype=dtype, name="probability")(scores)


def _weighted(x, weight, name):
    return x if weight == 1 else layers.Rescaling(float(weight), name=name)(x)
