"""What half precision requires of a machine and of an optimizer."""

from functools import cache

import keras
import tensorflow as tf

from common.errors import UserError


def use_precision(precision):
    """Makes a precision that of all layers built from now on.

    Args:
        precision: name of a Keras dtype policy, such as `"mixed_bfloat16"`.

    Raises:
        UserError: TensorFlow cannot compute with it on this machine.
    """
    refusal = refusal_of(precision.removeprefix("mixed_"))
    if refusal:
        raise UserError(
            f"SET=training.precision={precision}",
            "a precision that oneDNN may compute in",
            refusal,
            "unset ONEDNN_MAX_CPU_ISA, or SET=training.precision=float32",
        )
    keras.mixed_precision.set_dtype_policy(precision)


@cache
def refusal_of(dtype):
    """Returns why TensorFlow's own convolution refuses a type here, or None.

    TensorFlow asks the processor for the type, and oneDNN what it may use of the
    processor (the variable `ONEDNN_MAX_CPU_ISA`). Where these differ, convolutions
    raise an error, and products of matrices end the process. A processor without the
    type has no such trouble: TensorFlow has kernels of its own for it.

    Args:
        dtype: such as `"bfloat16"`.
    """
    x, kernel = tf.ones((2, 6, 6, 3), dtype), tf.ones((3, 3, 3, 1), dtype)
    try:
        tf.nn.depthwise_conv2d(x, kernel, [1, 1, 1, 1], "VALID")
    except tf.errors.AbortedError as error:
        return error.message.rsplit("message: ", 1)[-1].split(".", 1)[0]
    return None


def scaled(optimizer, precision):
    """Returns the optimizer, with a scaled loss if the precision requires it.

    In float16, the smallest gradients would otherwise become 0. bfloat16 has the
    range of float32.

    Args:
        optimizer: a Keras optimizer.
        precision: name of a Keras dtype policy.
    """
    if precision == "mixed_float16":
        return keras.optimizers.LossScaleOptimizer(optimizer)
    return optimizer
