"""Whether PyTorch's peers compute the same: maps, and the gradient of every weight.

Run `python -m benchmarks.anisocascade.same NETWORK ...`.

PyTorch's network gets the weights of the suite's, and both get the same patches. The
logits, and the gradient of every weight for the sum of all logits times random numbers,
must be equal up to rounding, or the program fails. It computes in float64, because in
float32 a hidden feature of almost zero may have either sign. There the suite normalizes
by plain operations; tests compare them with the kernels that XLA compiles.
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

# Sides that the networks halve twice; unequal ones, so that no axis can be another's.
SHAPE, WIDTH, CHANNELS, CLASSES = (2, 11, 16, 24), 8, 4, 2
DEPTH_OUT = 3


def main(*networks):
    """Raises ValueError where PyTorch's logits or gradients differ."""
    from papers.engine.quiet import import_tensorflow

    import_tensorflow()
    for network in networks:
        compare(network)


def compare(network):
    """Compares one network in both formats."""
    random = np.random.default_rng(0)
    # Keras takes an image as float32.
    x = random.standard_normal((*SHAPE, CHANNELS), np.float32).astype(np.float64)
    factors = random.standard_normal((SHAPE[0], DEPTH_OUT, *SHAPE[2:], CLASSES))
    arrays, expected = ours(network, x, factors)
    for layout in FORMATS:
        received = theirs(network, layout, arrays, x, factors)
        print(check(network, layout, expected, received))


def ours(network, x, factors):
    """Returns what the suite's network has and computes, in the order of PyTorch's.

    Args:
        network: its name.
        x: patches `(batch, depth, height, width, channels)`.
        factors: what each logit is multiplied with before all are summed.

    Returns:
        The weights; and a dict by name of the logits and the gradients.
    """
    import keras
    import tensorflow as tf

    from papers.anisocascade.released_weights import NETWORKS

    keras.config.set_dtype_policy("float64")
    keras.utils.set_random_seed(0)
    model = NETWORKS[network](x.shape[1:], WIDTH)
    trained, _ = varied(map(model.get_layer, layers_of(network)))
    trained = dict(sorted(trained.items(), key=_place_in_torch(list(trained))))
    weights = [weight.numpy() for weight in trained.values()]
    # The logits of the network itself are float32.
    inner = keras.Model(model.input, model.get_layer("logits").input)
    with tf.GradientTape() as tape:
        logits = inner(x, training=False)
        value = tf.reduce_sum(logits * factors)
    gradients = tape.gradient(value, [weight.value for weight in trained.values()])
    found = {"logits": logits, **dict(zip(trained, gradients, strict=True))}
    return weights, {name: array.numpy() for name, array in found.items()}


def theirs(network, layout, arrays, x, factors):
    """Returns what PyTorch's network computes with these arrays, as `ours` does."""
    volumes = [array.transpose(0, 4, 1, 2, 3) for array in (x, factors)]
    given = [np.array(WIDTH), *volumes, *map(to_torch, arrays)]
    logits, *gradients = computed_in_torch("anisocascade", layout, network, given)
    return [logits.transpose(0, 2, 3, 4, 1), *map(from_torch, gradients)]


def layers_of(network):
    """Yields the names of layers with weights in the order of PyTorch's modules."""
    twice = network != "enet"  # halved twice
    yield from (*_blocks(1, 2), *_conv_norm("fuse1"))
    if twice:
        yield from _conv_norm("downsample1")
    yield from (*_blocks(2, 2), *_conv_norm("fuse2"))
    yield from (*_conv_norm("downsample2"), *_blocks(3, 3), *_conv_norm("fuse3"))
    yield from (*_blocks(4, 3), *_conv_norm("fuse4"))
    yield from _conv_norm("pred_up1") if twice else ["pred1"]
    for depth in (2, 3):
        for time in range(1, 3 if twice else 2):
            yield from _conv_norm(f"pred_up{depth}_{time}")
    yield "final_pred"


def _blocks(depth, count):
    for number in range(1, count + 1):
        for part in ("norm_0", "conv_0", "norm_1", "conv_1"):
            yield f"block{depth}_{number}_{part}"


def _conv_norm(name):
    return f"{name}_conv", f"{name}_norm"


def _place_in_torch(names):
    """Returns what sorts weights: by layer, and a normalization's as PyTorch has them.

    The suite's are beta, gamma and PReLU's alpha; PyTorch's weight, bias and slope.
    """
    layers = list(dict.fromkeys(name.rpartition("/")[0] for name in names))

    def place(item):
        layer, _, weight = item[0].rpartition("/")
        order = ("kernel", "gamma", "beta", "alpha")
        return layers.index(layer), order.index(weight)

    return place


if __name__ == "__main__":
    main(*sys.argv[1:])
