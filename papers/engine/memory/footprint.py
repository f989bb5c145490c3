"""What a training step keeps in memory, counted from a network's layers."""

import math
import re
from dataclasses import dataclass

import keras


@dataclass(frozen=True)
class Footprint:
    """Bytes that a training step keeps.

    Args:
        weights: of the weights, their gradients, and what the optimizer and a moving
            average keep of each weight.
        example: of what the layers give for one example.
    """

    weights: int
    example: int


def footprint_of(model, optimizer, averages=False, shape=None):
    """Returns the `Footprint` of a training.

    Args:
        model: a Keras model.
        optimizer: a Keras optimizer of the same kind as the model's, not built yet.
        averages: whether there is a moving average of the weights.
        shape: of one example, where the model takes examples of any size.
    """
    # Besides the weights themselves there is a gradient of each.
    copies = 1 + _slots(optimizer) + averages
    weights = _bytes_of(model.variables) + copies * _bytes_of(model.trainable_variables)
    if any(size is None for size in model.input_shape[1:]):
        # The same layers for examples of this size.
        model = keras.models.clone_model(model, keras.Input(shape))
    outputs = [
        tensor
        for operation in model.operations
        for tensor in keras.tree.flatten(operation.output)
    ]
    return Footprint(weights, sum(map(_bytes_of_example, outputs)))


def _slots(optimizer):
    """Returns how many variables an optimizer keeps of each weight."""
    probe = keras.Variable(keras.ops.zeros(2))
    optimizer.build([probe])
    return sum(tuple(one.shape) == (2,) for one in optimizer.variables)


def _bytes_of(variables):
    return sum(math.prod(one.shape) * _item_size(one.dtype) for one in variables)


def _bytes_of_example(tensor):
    return math.prod(tensor.shape[1:]) * _item_size(tensor.dtype)


def _item_size(dtype):
    """Returns the bytes of one value of a type such as `"bfloat16"`."""
    bits = re.search(r"\d+", keras.backend.standardize_dtype(dtype))
    return int(bits[0]) // 8 if bits else 1
