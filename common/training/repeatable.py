"""Settings and operations with which a training repeats to the last bit."""

import functools
import operator

import tensorflow as tf


def make_repeatable():
    """Has TensorFlow choose kernels, and leave sums, in an order that never changes.

    Deterministic kernels are not enough. `AddN` adds first the input whose memory
    happens to be free, so of three or more inputs it has more than one result, and
    the graph optimizer writes chains of additions as one `AddN`. The arithmetic
    optimizations, of which this is one, are therefore switched off.

    Call it before anything is computed. It holds for the whole process.
    """
    tf.config.experimental.enable_op_determinism()
    tf.config.optimizer.set_experimental_options({"arithmetic_optimization": False})


def in_order(values):
    """Returns the sum of tensors, added one after the other from the first on.

    Unlike `tf.add_n`, whose order of additions depends on timing.

    Args:
        values: at least one tensor; all of one shape.
    """
    return functools.reduce(operator.add, values)


def gradients(value, variables):
    """Returns the gradients of a scalar, within the `tf.function` that computed it.

    A `tf.GradientTape` sums what reaches a tensor from its consumers by one `AddN`.
    Here it is summed in pairs.

    Args:
        value: a scalar, such as a scaled loss.
        variables: Keras variables.

    Returns:
        One tensor per variable; None where the scalar does not depend on it.
    """
    return tf.gradients(
        value,
        [variable.value for variable in variables],
        aggregation_method=tf.AggregationMethod.EXPERIMENTAL_TREE,
    )
