"""Whether PyTorch's peers compute the same: scores, maps, loss and gradients.

Run `python -m benchmarks.hierdice.same NETWORK ...`.

PyTorch's network gets the weights of the suite's, and both get the same slices. The
scores in use, the map in training, the loss (bootstrapping) and the gradient of every
weight must be equal up to rounding, or the program fails. It computes in float64,
because in float32 a hidden feature of almost zero may have either sign. The kernel of
`FusedBatchNormalization` has no float64, so Keras's own normalization takes its place;
tests compare the two.

As 240 is, 48 is an odd multiple of 16, so that the encoders' fifth pooling rounds up.
"""

import sys

import numpy as np

from benchmarks.shared.sameness import (
    FORMATS,
    check,
    computed_in_torch,
    from_torch,
    to_torch,
    varied,
)

BATCH, SIDE, BASE = 2, 48, 16
LABELS, CHANNELS = 5, 4


def main(*networks):
    """Raises ValueError where PyTorch's scores, maps, loss or gradients differ."""
    from papers.engine.quiet import import_tensorflow

    import_tensorflow()
    for network in networks:
        compare(network)


def compare(network):
    """Compares one network in both formats."""
    random, shape = np.random.default_rng(0), (BATCH, SIDE, SIDE)
    # Keras takes an image as float32.
    x = random.standard_normal((*shape, CHANNELS), np.float32).astype(np.float64)
    y = random.integers(LABELS, size=(*shape, 1))
    arrays, expected = ours(network, x, y)
    for layout in FORMATS:
        print(check(network, layout, expected, theirs(network, layout, arrays, x, y)))


def ours(network, x, y):
    """Returns what the suite's network has and computes, in the order of PyTorch's.

    Returns:
        The weights, followed by the moving means and variances; and a dict by name of
        the scores in use, the map in training, the loss and the gradients.
    """
    import keras
    import tensorflow as tf

    from papers.hierdice import networks
    from papers.hierdice.losses import make_loss
    from papers.hierdice.protocol import Protocol

    keras.config.set_dtype_policy("float64")
    keras.utils.set_random_seed(0)
    model = getattr(networks, network)(x.shape[1:], LABELS, BASE)
    trained, moving = varied(map(model.get_layer, layers_of(network, model)))
    weights = [weight.numpy() for weight in (trained | moving).values()]

    # The probabilities of the network itself are float32.
    scores = keras.Model(model.input, model.get_layer("probability").input)
    used = scores(x, training=False)
    with tf.GradientTape() as tape:
        maps = tf.nn.softmax(scores(x, training=True))
        loss = make_loss("bootstrapping", Protocol().loss)
        value = loss.call(y, maps)[0]
    certain = float(np.mean(np.take_along_axis(maps.numpy(), y, -1) >= loss.threshold))
    if not 0.001 < certain < 0.999:
        raise ValueError(f"Expected some pixels to be certain. Received: {certain}")
    gradients = tape.gradient(value, [weight.value for weight in trained.values()])
    found = {"scores in use": used, "maps in training": maps, "loss": value}
    found |= zip(trained, gradients, strict=True)
    return weights, {name: array.numpy() for name, array in found.items()}


def theirs(network, layout, arrays, x, y):
    """Returns what PyTorch's network computes with these arrays, as `ours` does."""
    slices = [image.transpose(0, 3, 1, 2) for image in (x, y)]
    given = [np.array(BASE), *slices, *map(to_torch, arrays)]
    used, maps, *others = computed_in_torch("hierdice", layout, network, given)
    images = [image.transpose(0, 2, 3, 1) for image in (used, maps)]
    return [*images, *map(from_torch, others)]


def layers_of(network, model):
    """Yields the names of layers with weights in the order of PyTorch's modules."""
    if network in ("fcn8s_vgg16", "resnet50_skip"):
        names = [layer.name for layer in model.layers if layer.weights]
        start = "block" if network == "fcn8s_vgg16" else "conv"
        # A unit's layers are made in the order of its shortcut, 0, and its path.
        yield from sorted((n for n in names if n.startswith(start)), key=_unit)
        yield from ("score8", "score16", "score32", "up16", "up32", "up8")
        return
    below = range(1, 5)
    for name in (*(f"enc{level}" for level in below), "bottom"):
        yield from _block(network, name)
    yield from (f"up{level}" for level in below)
    for level in below:
        yield from _block(network, f"dec{level}")
    yield "score"


def _block(network, name):
    if network == "unet":
        return [f"{name}_conv1", f"{name}_conv2"]
    parts = ("shortcut", "1", "2")
    return [f"{name}_{part}_{kind}" for part in parts for kind in ("conv", "bn")]


def _unit(name):
    """Returns what sorts an encoder's layers: stage, block, part, `conv` before `bn`.

    Such as `conv3_block10_2_bn`, `conv1_conv` and `block3_conv2`.
    """
    numbers = [int("".join(filter(str.isdigit, part)) or 0) for part in name.split("_")]
    return numbers[:3], name.endswith("bn")


if __name__ == "__main__":
    main(*sys.argv[1:])
