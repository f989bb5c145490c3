"""Adam that updates each weight in one pass."""

import keras

from common.optimizers import fast_path


@keras.saving.register_keras_serializable("braintumor")
class FusedAdam(keras.optimizers.Adam):
    """`keras.optimizers.Adam`, its update as one operation.

    Keras's update is a dozen operations on each weight; here it is one on TensorFlow,
    with the same result up to rounding. Arguments are those of the base class; with
    `amsgrad` or on other backends it is the base class.
    """

    def update_step(self, gradient, variable, learning_rate):
        fast = fast_path.one_pass
        if not fast or self.amsgrad or not fast.accepts(gradient):
            super().update_step(gradient, variable, learning_rate)
            return
        index = self._get_variable_index(variable)
        fast.adam_step(
            variable,
            self._momentums[index],
            self._velocities[index],
            gradient,
            learning_rate,
            self.iterations + 1,
            (self.beta_1, self.beta_2),
            self.epsilon,
        )
