"""What half precision asks of an optimizer."""

import keras


def scaled(optimizer, precision):
    """Returns an optimizer that suits a policy, with its loss scaled where it must be.

    float16 needs that: its smallest gradients would be 0. bfloat16 has the range of
    float32.

    Args:
        optimizer: a Keras optimizer.
        precision: name of a Keras dtype policy.
    """
    if precision == "mixed_float16":
        return keras.optimizers.LossScaleOptimizer(optimizer)
    return optimizer
