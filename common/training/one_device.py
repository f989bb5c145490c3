"""A training step on one device, which takes whole batches."""

import contextlib

import tensorflow as tf

from common.training.repeatable import gradients, in_order


class OneDevice:
    """The placement without towers: the same interface as `Towers`.

    The device is the one that TensorFlow chooses: the first GPU, or the CPU.
    """

    is_chief = True

    def scope(self):
        """Returns the context to make models and optimizers in: none is needed."""
        return contextlib.nullcontext()

    def make_step(self, model, loss, optimizer, jit_compile=False, average=None):
        """Returns the compiled update of the weights.

        Args:
            model: a Keras model; its regularization losses are added.
            loss: a Keras loss.
            optimizer: a Keras optimizer, already built.
            jit_compile: whether XLA compiles the step.
            average: a `MovingAverage`, or None.

        Returns:
            Function from one batch `(x, y)` to the loss before the update.
        """

        @tf.function(jit_compile=jit_compile)
        def update(x, y):
            value = loss(y, model(x, training=True))
            if model.losses:
                value += in_order(model.losses)
            weights = model.trainable_variables
            optimizer.apply(gradients(optimizer.scale_loss(value), weights), weights)
            if average is not None:
                average.update(optimizer.iterations)
            return value

        return update
