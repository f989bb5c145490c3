"""Batch normalization of images by a single kernel, where the backend has one."""

import keras
from keras import layers

from common.layers import fast_paths


# Keras derives the paths inside a `.weights.h5` file from class names: renaming this
# class would make the weights of trained networks unreadable.
@keras.saving.register_keras_serializable("braintumor")
class FusedBatchNormalization(layers.BatchNormalization):
    """Batch normalization over the last axis by TensorFlow's `FusedBatchNorm` kernel.

    Keras composes batch normalization of several operations, each of which passes
    over all features; the kernel is one operation. Weights and arguments are those
    of `keras.layers.BatchNormalization`, and so are the values on other backends.
    On TensorFlow, the moving variance averages unbiased variances, as in PyTorch.
    Under mixed precision the features stay in half precision, while all sums are
    taken in float32.

    Args:
        momentum: of the moving mean and variance.
        epsilon: added to the variance.
        synchronized: whether replicas normalize by the statistics of all of them.
        **kwargs: arguments of `keras.layers.Layer`.

    Input shape:
        `(batch, height, width, channels)`. Inputs of another rank, with a mask, or
        of synchronized replicas are normalized by Keras's own operations.

    Output shape:
        The input's shape.

    Example:

    >>> layer = FusedBatchNormalization(epsilon=1e-5)
    >>> x = keras.random.normal((2, 8, 8, 4), mean=5.0, stddev=3.0, seed=0)
    >>> y = layer(x, training=True)
    >>> bool(keras.ops.max(keras.ops.abs(keras.ops.mean(y, (0, 1, 2)))) < 1e-5)
    True
    """

    def __init__(self, momentum=0.99, epsilon=1e-3, synchronized=False, **kwargs):
        # The kernel needs its parameters in float32, whatever the features are.
        kwargs["autocast"] = False
        super().__init__(
            momentum=momentum, epsilon=epsilon, synchronized=synchronized, **kwargs
        )

    def call(self, inputs, training=None, mask=None):
        inputs = keras.ops.cast(inputs, self.compute_dtype)
        fast = fast_paths.batch_normalization
        if not fast or self.synchronized or not fast.accepts(inputs, mask):
            return super().call(inputs, training=training, mask=mask)
        parameters = self.gamma, self.beta
        if not (training and self.trainable):
            moving = self.moving_mean, self.moving_variance
            return fast.normalize(inputs, *parameters, *moving, self.epsilon)
        outputs, mean, variance = fast.normalize_batch(
            inputs, *parameters, self.epsilon
        )
        for moving, value in (
            (self.moving_mean, mean),
            (self.moving_variance, variance),
        ):
            moving.assign(moving * self.momentum + value * (1.0 - self.momentum))
        return outputs

    def get_config(self):
        """Returns the arguments that rebuild it: those of the base class it takes."""
        config = super().get_config()
        fixed = [name for name in config if name.endswith(_FIXED)]
        return {name: value for name, value in config.items() if name not in fixed}


# How the names of the base class's other arguments end; they keep their defaults.
_FIXED = ("axis", "center", "scale", "initializer", "regularizer", "constraint")
