"""Whether PyTorch's peers compute the same: maps, loss and gradients.

Run `python -m benchmarks.linkdsl.same NETWORK ...`, with `linknet`, `dual` or both.
PyTorch's network gets the weights of the suite's, and both get the same images. The
maps in use and in training, the loss and the gradient of every weight must be equal up
to rounding, or the program fails. It computes in float64, because in float32 a hidden
feature of almost zero may have either sign.

Where a layer has a stride, TensorFlow pads an even side at its end, PyTorch, as the
original, at both. So PyTorch gets the images and all kernels reversed: the suite's
network is the mirror image of the original's, with each shortcut on the same pixel.
"""

import sys

import numpy as np

from benchmarks.shared.sameness import (
    FORMATS,
    check,
    computed_in_torch,
    from_torch,
    to_torch,
)

BATCH, SIDE = 2, 64
SCALES = {"linknet": (1,), "dual": (1, 2)}


def main(*networks):
    """Raises ValueError where PyTorch's maps, loss or gradients differ."""
    from papers.engine.quiet import import_tensorflow

    import_tensorflow()
    for network in networks:
        compare(network)


def compare(network):
    """Compares one network in both formats."""
    random, shape = np.random.default_rng(0), (BATCH, SIDE, SIDE, 1)
    # Keras takes an image as float32.
    x = random.standard_normal(shape, np.float32).astype(np.float64)
    y = (random.random(shape) < 0.2).astype(np.float64)
    weights, expected = ours(network, x, y)
    for layout in FORMATS:
        received = theirs(network, layout, weights, x, y)
        print(check(network, layout, expected, received))


def ours(network, x, y):
    """Returns what the suite's network has and computes, in the order of PyTorch's.

    Returns:
        Two dicts by name: the trainable weights; and the maps in use and in training,
        the loss and the gradients of the weights.
    """
    import keras
    import tensorflow as tf

    from common.layers import fast_paths
    from papers.linkdsl.losses import BceMinusDice
    from papers.linkdsl.networks import linknet

    keras.config.set_dtype_policy("float64")
    # Kernels of normalizations have no float64; tests compare them with Keras's own.
    fast_paths.batch_normalization = None
    keras.utils.set_random_seed(0)
    model = linknet(x.shape[1:], SCALES[network])
    random, by_path = np.random.default_rng(1), {w.path: w for w in model.weights}
    for path, weight in by_path.items():
        # As they start, zeros and ones, they could be any other layer's. The moving
        # statistics stay at zero and one, as PyTorch's.
        if path.endswith(("beta", "bias")):
            weight.assign(random.uniform(-0.5, 0.5, weight.shape))
        elif path.endswith("gamma"):
            weight.assign(random.uniform(0.5, 1.5, weight.shape))
    trained = {
        f"{name}/{part}": by_path[f"{name}/{part}"]
        for name in _layers()
        for part in ("kernel", "bias", "gamma", "beta")
        if f"{name}/{part}" in by_path
    }
    # The map of the network itself is float32.
    inner = keras.Model(model.input, model.get_layer("head3").output)
    used = tf.sigmoid(inner(x, training=False))
    with tf.GradientTape() as tape:
        maps = tf.sigmoid(inner(x, training=True))
        loss = BceMinusDice(dtype="float64")(y, maps)
    gradients = tape.gradient(loss, [weight.value for weight in trained.values()])
    found = {"maps in use": used, "maps in training": maps, "loss": loss}
    found |= zip(trained, gradients, strict=True)
    return (
        {name: weight.numpy() for name, weight in trained.items()},
        {name: value.numpy() for name, value in found.items()},
    )


def theirs(network, layout, weights, x, y):
    """Returns what PyTorch's network computes with these weights, as `ours` does."""
    arrays = [_reversed(image).transpose(0, 3, 1, 2) for image in (x, y)]
    arrays += [to_torch(_turned(array)) for array in weights.values()]
    used, maps, loss, *gradients = computed_in_torch("linkdsl", layout, network, arrays)
    return [
        *(_reversed(image.transpose(0, 2, 3, 1)) for image in (used, maps)),
        loss,
        *(_turned(from_torch(gradient)) for gradient in gradients),
    ]


def _layers():
    """Yields the names of layers with weights in the order of PyTorch's modules.

    A shortcut that a network lacks is among them.
    """
    blocks = [("stem",)]
    for stage in range(1, 5):
        blocks.append((f"enc{stage}_a_1", f"enc{stage}_a_2", f"enc{stage}_a_shortcut"))
        blocks.append((f"enc{stage}_b_1", f"enc{stage}_b_2"))
    for stage in range(1, 5):
        parts = ("reduce", "up", "expand")
        blocks.append(tuple(f"dec{stage}_{part}" for part in parts))
    blocks.append(("head1", "head2"))
    for block in blocks:
        for name in block:
            yield from (f"{name}_conv", f"{name}_bn")
    yield "head3"


def _reversed(images):
    """Reverses both spatial axes of `(batch, height, width, …)`."""
    return images[:, ::-1, ::-1]


def _turned(array):
    """Reverses the height and width of a kernel, and leaves other arrays."""
    return array[::-1, ::-1] if array.ndim == 4 else array


if __name__ == "__main__":
    main(*sys.argv[1:])
