"""What half precision requires of an optimizer."""

import keras


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
