"""Whole updates of a TensorFlow variable by one operation, as Keras defines them."""

import tensorflow as tf


def accepts(gradient):
    """Whether the operations take this gradient: a dense one."""
    return not isinstance(gradient, tf.IndexedSlices)


def momentum_step(variable, velocity, gradient, learning_rate, momentum):
    """Updates a variable and its velocity by `keras.optimizers.SGD`'s rule.

    Args:
        variable: a `tf.Variable` or Keras variable.
        velocity: the same, of the same shape.
        gradient: a tensor of that shape.
        learning_rate: a scalar tensor.
        momentum: a float.
    """
    variable = _value(variable)
    dtype = variable.dtype
    tf.raw_ops.ResourceApplyKerasMomentum(
        var=variable.handle,
        accum=_value(velocity).handle,
        lr=tf.cast(learning_rate, dtype),
        grad=tf.cast(gradient, dtype),
        momentum=tf.constant(momentum, dtype),
    )


def adam_step(
    variable, mean, square, gradient, learning_rate, iteration, betas, epsilon
):
    """Updates a variable and its two moments by `keras.optimizers.Adam`'s rule.

    Args:
        variable: a `tf.Variable` or Keras variable.
        mean: the same: the first moment.
        square: the same: the second moment.
        gradient: a tensor of the variable's shape.
        learning_rate: a scalar tensor.
        iteration: a scalar tensor, the number of this update, from 1.
        betas: the two decay rates, floats.
        epsilon: a float.
    """
    variable = _value(variable)
    dtype = variable.dtype
    beta_1, beta_2 = (tf.constant(beta, dtype) for beta in betas)
    iteration = tf.cast(iteration, dtype)
    tf.raw_ops.ResourceApplyAdam(
        var=variable.handle,
        m=_value(mean).handle,
        v=_value(square).handle,
        beta1_power=tf.pow(beta_1, iteration),
        beta2_power=tf.pow(beta_2, iteration),
        lr=tf.cast(learning_rate, dtype),
        beta1=beta_1,
        beta2=beta_2,
        epsilon=tf.constant(epsilon, dtype),
        grad=tf.cast(gradient, dtype),
    )


def _value(variable):
    return variable if isinstance(variable, tf.Variable) else variable.value
