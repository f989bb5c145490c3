"""Stochastic gradient descent that updates each weight in one pass."""

import keras

from common.optimizers import fast_path


@keras.saving.register_keras_serializable("braintumor")
class FusedSGD(keras.optimizers.SGD):
    """`keras.optimizers.SGD`, its update with momentum as one operation.

    Keras's update is seven operations on each weight; here it is one on TensorFlow,
    with the same result up to rounding. Arguments are those of the base class; with
    `nesterov`, without momentum or on other backends it is the base class.
    """

    def update_step(self, gradient, variable, learning_rate):
        fast = fast_path.one_pass
        if not fast or self.nesterov or not self.momentum or not fast.accepts(gradient):
            super().update_step(gradient, variable, learning_rate)
            return
        velocity = self.momentums[self._get_variable_index(variable)]
        fast.momentum_step(variable, velocity, gradient, learning_rate, self.momentum)
