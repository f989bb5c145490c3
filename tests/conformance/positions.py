"""Where in the image each cell of a network's maps lies.

Along each axis, cell i of a map is centered on pixel `scale * i + offset` of the input:
the middle of all pixels that it sees if every weight on the way is the same. Both
follow from kernel, stride, padding and dilation of the layers passed. Layers that a
network reaches by several ways join maps of one scale, but perhaps not of one offset.
"""

import math

import keras
from keras import layers

UPWARD = (layers.Conv2DTranspose, layers.Conv3DTranspose)
REPEATS = (layers.UpSampling2D, layers.UpSampling3D)
CROPS = (layers.Cropping2D, layers.Cropping3D)
PADS = (layers.ZeroPadding2D, layers.ZeroPadding3D)


def sides_of(tensor):
    """The spatial sides of a map `(batch, …, channels)`."""
    return tuple(tensor.shape[1:-1])


def geometry(layer, sides):
    """Where a layer's output cells lie in its input.

    Args:
        layer: any layer with one input.
        sides: the input's sides, in cells.

    Returns:
        For each axis `(scale, offset)`, or None if the layer leaves cells in place.
    """
    axes = range(len(sides))
    if isinstance(layer, CROPS):
        return [(1, layer.cropping[axis][0]) for axis in axes]
    if isinstance(layer, PADS):
        return [(1, -layer.padding[axis][0]) for axis in axes]
    if isinstance(layer, REPEATS):
        return [_repeated(layer.size[axis]) for axis in axes]
    kernel = getattr(layer, "kernel_size", getattr(layer, "pool_size", None))
    if kernel is None:
        return None
    rates = getattr(layer, "dilation_rate", (1,) * len(sides))
    same = layer.padding == "same"
    move = _upward if isinstance(layer, UPWARD) else _downward
    return [
        move(
            sides[axis], (kernel[axis] - 1) * rates[axis] + 1, layer.strides[axis], same
        )
        for axis in axes
    ]


def _downward(side, extent, stride, same):
    """A window of `extent` cells, moved by `stride`."""
    missing = (math.ceil(side / stride) - 1) * stride + extent - side
    before = max(missing, 0) // 2 if same else 0
    return stride, (extent - 1) / 2 - before


def _upward(side, extent, stride, same):
    """The same window, from its cell back to what it saw: without regard of `side`."""
    before = max(extent - stride, 0) // 2 if same else 0
    return 1 / stride, (before - (extent - 1) / 2) / stride


def _repeated(times):
    return 1 / times, -(times - 1) / 2 / times


def positions(model):
    """Where the cells of every map of a network lie.

    Args:
        model: a functional model with one input.

    Returns:
        The `(scale, offset)` of each axis, by the name of the operation that the map
        comes from; and those of all inputs of each operation that has several.
    """
    (image,) = model.inputs
    where = {id(image): [(1, 0)] * len(sides_of(image))}
    found, joints = {}, {}
    for operation in model.operations:
        if isinstance(operation, layers.InputLayer):
            continue
        inputs = keras.tree.flatten(operation.input)
        sources = [where[id(one)] for one in inputs]
        if len(sources) > 1:
            joints[operation.name] = sources
        # A joint passes on where its first input lies.
        place = _after(operation, inputs[0], sources[0])
        where[id(operation.output)] = found[operation.name] = place
    return found, joints


def _after(operation, tensor, place):
    sides = sides_of(tensor)
    moved = geometry(operation, sides) if isinstance(operation, layers.Layer) else None
    if moved is None:
        assert sides_of(operation.output) == sides, operation.name
        return place
    return [
        (scale * factor, offset + scale * shift)
        for (scale, offset), (factor, shift) in zip(place, moved, strict=True)
    ]
