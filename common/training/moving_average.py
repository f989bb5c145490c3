"""The moving average of a model's weights, as TensorFlow 1 computed it."""

import contextlib

import keras
import numpy as np
import tensorflow as tf


class MovingAverage:
    """Averages of the trainable variables, updated after each step.

    After step n, `average -= (1 - d) (average - weight)` with the decay
    `d = min(decay, (1 + n) / (10 + n))`. The averages start at the initial
    weights, which the small decays of the first steps make them forget. The moving
    statistics of normalizations are not averaged.

    Args:
        variables: the model's trainable variables. The average must be made in
            the same strategy's scope as they were.
        decay: the largest decay.

    Reference:
        TensorFlow 1's `ExponentialMovingAverage(decay, num_updates)`. Keras's
        `use_ema` has a constant decay (after 10,000 steps of 0.9999, a third of
        the average is still the initial weights) and overwrites the model when
        `fit` ends.
    """

    def __init__(self, variables, decay):
        self.decay = decay
        self._weights = list(variables)
        self.variables = [
            keras.Variable(
                np.asarray(variable),
                dtype=variable.dtype,
                trainable=False,
                name="average",
            )
            for variable in self._weights
        ]
        self._strategy = tf.distribute.get_strategy()

    def update(self, step):
        """Moves the averages toward the present weights; not to be called in a replica.

        Args:
            step: number of updates of the weights so far, at least 1.
        """
        step = tf.cast(step, tf.float64)
        largest = tf.constant(self.decay, tf.float64)  # a cast would go by float32
        decay = tf.minimum(largest, (1 + step) / (10 + step))
        for average, weight in zip(self.variables, self._weights, strict=True):
            share = tf.cast(1 - decay, average.dtype)
            # Each replica updates its own copy; the copies stay equal.
            self._strategy.extended.update(
                average.value, _move, args=(weight.value, share)
            )

    @contextlib.contextmanager
    def in_place(self):
        """Gives the model the averages as weights; its own come back afterwards."""
        own = [np.array(weight) for weight in self._weights]
        try:
            for weight, average in zip(self._weights, self.variables, strict=True):
                weight.assign(np.asarray(average))
            yield
        finally:
            for weight, value in zip(self._weights, own, strict=True):
                weight.assign(value)


def _move(average, weight, share):
    average.assign_sub(share * (average - weight))
