"""Maps that a network joins lie on the same pixels, or it is said why not."""

from functools import cache, partial

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from common.blank import blank
from papers.hierdice.networks import fcn8s_vgg16, resnet50_skip
from tests.conformance.catalog import NETWORKS
from tests.conformance.entries import Network
from tests.conformance.layers import LAYERS
from tests.conformance.positions import (
    CROPS,
    PADS,
    REPEATS,
    UPWARD,
    geometry,
    positions,
    sides_of,
)

ENOUGH = 0.5  # pixels of the image

# By the beginning of the networks' names: by how many pixels of the image the maps of
# a joint, or of an output, lie apart where that is more than `ENOUGH`; and why.
#
# linkdsl: an area average lies between pixels, a window of LinkNet on one of them; in
# Torch, it is that many pixels on the other side.
# dsunet: original code: a strided convolution padded as "same" centers its window on
# the second of two voxels, and the way back repeats them: half a voxel of each level.
# hierdice: keras.applications' ResNet50 sees pixel 2i, and the bilinear kernels of
# FCN-8s take cells for areas. They are 2 cells wide and trained.
_LEVELS = {"concat3": 4, "concat2": 2, "concat1": 1}
_SUMS = {"sum1": 1, "sum0": 1.5, "labels": 1.5}
APART = {
    "linkdsl_": {"poolfusion": 1.5, "enc1fusion": 1.5, "enc2fusion": 3.5},
    "dsunet_": _LEVELS | _SUMS,
    "hierdice_resnet50_skip_seq": {"fuse16": 8, "fuse8": 4, "probability": 3.5},
    "hierdice_resnet50_skip_full": {"fuse": 12, "probability": 3.5},
    "hierdice_resnet50_skip": {"fuse8": 12, "probability": 3.5},
}


def variant(build, fusion):
    """A network of the catalog with its maps joined in another way."""
    small = partial(build, (48, 64, 4), base_filters=4, fusion=fusion)
    name = f"hierdice_{build.__name__}_{fusion}"
    return Network(name, small, small, output_shape=(48, 64, 5))


ALL = [
    *(network for network in NETWORKS if network not in LAYERS),
    *(variant(b, f) for b in (fcn8s_vgg16, resnet50_skip) for f in ("seq", "full")),
]


@cache
def structure(network):
    return blank(network.small)


def spread(places):
    """The largest distance along any axis, after a check that the scales agree."""
    distances = []
    for axis in zip(*places, strict=True):
        scales, offsets = zip(*axis, strict=True)
        assert len(set(scales)) == 1
        distances.append(max(offsets) - min(offsets))
    return max(distances)


def apart(model):
    """How far maps lie apart, by joint, and outputs from the middle of the image."""
    found, joints = positions(model)
    distances = {name: spread(places) for name, places in joints.items()}
    image = sides_of(model.inputs[0])
    for output in keras.tree.flatten(model.outputs):
        name = next(o.name for o in model.operations if o.output is output)
        sides = zip(image, sides_of(output), strict=True)
        middle = [(1, (before - after) / 2) for before, after in sides]
        distances[name] = spread([found[name], middle])
    return {name: size for name, size in distances.items() if size > ENOUGH}


@pytest.mark.parametrize("network", ALL, ids=lambda one: one.name)
def test_joined_maps_lie_on_the_same_pixels(network):
    model = structure(network)
    listed = next((v for k, v in APART.items() if network.name.startswith(k)), {})
    has = {operation.name for operation in model.operations}
    assert apart(model) == {name: size for name, size in listed.items() if name in has}


def test_a_displaced_shortcut_is_found():
    """As Keras's "same" has it for the two strided ways of a residual block."""
    inputs = keras.Input((16, 16, 2))
    beside = layers.Conv2D(2, 3, strides=2, padding="same")(inputs)
    shortcut = layers.Conv2D(2, 1, strides=2, padding="same")(inputs)
    total = layers.Add(name="add")([beside, shortcut])
    outputs = layers.Conv2DTranspose(2, 3, strides=2, padding="same", name="up")(total)
    assert apart(keras.Model(inputs, outputs)) == {"add": 1}


def settings(layer):
    """What the geometry of a layer depends on, beside the sides of its input."""
    names = ("kernel_size", "pool_size", "strides", "dilation_rate", "padding")
    names += ("size", "cropping")
    return type(layer), *(str(getattr(layer, name, None)) for name in names)


def moving_layers():
    """The layers of all networks that move cells, one of each kind, and their sides."""
    found = {}
    for network in ALL:
        for layer in structure(network).layers:
            if not isinstance(layer, layers.InputLayer | layers.Concatenate):
                if not isinstance(layer.input, list):
                    sides = sides_of(layer.input)
                    if geometry(layer, sides) is not None:
                        odd = tuple(side % 8 for side in sides)
                        found.setdefault((*settings(layer), odd), (layer, sides))
    return found.values()


def twin(layer):
    """A layer of the same geometry in which all weights are equal."""
    # oneDNN's gradient of a strided 1x1 convolution of few channels is not to be
    # trusted (uxlfoundation/oneDNN#6035): it has none in float64.
    config = layer.get_config() | {"name": "twin", "dtype": "float64"}
    kind = type(layer)
    if "filters" in config:
        config["filters"] = 1
    if kind in (layers.MaxPooling2D, layers.MaxPooling3D):
        two = kind is layers.MaxPooling2D
        kind = layers.AveragePooling2D if two else layers.AveragePooling3D
    return kind.from_config(config)


def center(weights, axis):
    """The center of gravity along an axis."""
    others = tuple(a for a in range(weights.ndim) if a != axis)
    along = weights.sum(others)
    return (along * np.arange(len(along))).sum() / along.sum()


def test_geometry_is_that_of_the_layers():
    """Against the middle of all that a cell sees by the layer's own gradient."""
    kinds = set()
    for layer, sides in moving_layers():
        kinds |= {k for k in (CROPS, PADS, REPEATS, UPWARD) if isinstance(layer, k)}
        # As odd as in the network, and so large that no border is near.
        large = [24 + side % 8 for side in sides]
        copy, x = twin(layer), tf.ones((1, *large, 1), tf.float64)
        copy.build(x.shape)
        for weight in copy.weights:
            weight.assign(tf.ones(weight.shape))
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(x)
            y = copy(x)
        middle = [side // 2 for side in sides_of(y)]
        for axis, (scale, offset) in enumerate(geometry(layer, large)):
            # On the way back, cells share what they see: the mean is that of them all.
            cells = np.array([middle] * max(round(1 / scale), 1))
            cells[:, axis] += np.arange(len(cells))
            centers = []
            for cell in cells:
                one = np.zeros(y.shape)
                one[0, *cell, 0] = 1
                seen = tape.gradient(y, x, tf.constant(one))
                centers.append(center(seen[0, ..., 0].numpy(), axis))
            wanted = scale * cells[:, axis].mean() + offset
            assert np.mean(centers) == pytest.approx(wanted), settings(layer)
    assert kinds == {CROPS, PADS, REPEATS, UPWARD}
