"""Batch normalization of images by one kernel, where the backend has it."""

import keras
from keras import layers


@keras.saving.register_keras_serializable("braintumor")
class FusedBatchNormalization(layers.BatchNormalization):
    """Keras's batch normalization over the last axis, by TensorFlow's one kernel.

    Keras composes it of several operations, each of which passes over all of the
    features. Weights, arguments and, on other backends, values are those of
    `keras.layers.BatchNormalization`. On TensorFlow the moving variance is of the
    unbiased variances, as in PyTorch; and under mixed precision the features stay in
    half precision, while all sums are made in float32.

    Args:
        momentum: of the moving mean and variance.
        epsilon: added to the variance.
        **kwargs: those of `keras.layers.Layer`.

    Call arguments: features `(batch, height, width, channels)`.
    """

    def __init__(self, momentum=0.99, epsilon=1e-3, **kwargs):
        # The kernel wants its parameters in float32, whatever the features are.
        super().__init__(
            momentum=momentum, epsilon=epsilon, **{**kwargs, "autocast": False}
        )

    def call(self, inputs, training=None, mask=None):
        if not is_fusible(inputs, mask):
            return super().call(inputs, training=training, mask=mask)
        if not (training and self.trainable):
            moving = self.moving_mean, self.moving_variance
            return fused(inputs, self.gamma, self.beta, *moving, self.epsilon)[0]
        outputs, mean, variance = fused_of_batch(
            inputs, self.gamma, self.beta, self.epsilon
        )
        for moving, value in (
            (self.moving_mean, mean),
            (self.moving_variance, variance),
        ):
            moving.assign(moving * self.momentum + value * (1.0 - self.momentum))
        return outputs

    def get_config(self):
        """Returns what rebuilds it: the base class's arguments that it takes."""
        config = super().get_config()
        fixed = [name for name in config if name.endswith(_FIXED)]
        return {name: value for name, value in config.items() if name not in fixed}


# Ends of the names of the base class's further arguments, which keep their values.
_FIXED = ("axis", "center", "scale", "initializer", "regularizer", "constraint")
_FIXED += ("synchronized",)


def is_fusible(x, mask):
    """Tells whether the backend's kernel takes these features."""
    on_tensorflow = keras.config.backend() == "tensorflow"
    return on_tensorflow and mask is None and len(x.shape) == 4


if keras.config.backend() == "tensorflow":
    import tensorflow as tf

    def fused(x, gamma, beta, mean, variance, epsilon):
        """Normalizes features by a given mean and variance."""
        return tf.raw_ops.FusedBatchNormV3(
            x=x,
            scale=tf.convert_to_tensor(gamma),
            offset=tf.convert_to_tensor(beta),
            mean=tf.convert_to_tensor(mean),
            variance=tf.convert_to_tensor(variance),
            epsilon=epsilon,
            is_training=False,
        )

    def fused_of_batch(x, gamma, beta, epsilon):
        """Normalizes features by their own; returns mean and variance, too."""
        nothing = tf.zeros([0])
        normalized = tf.raw_ops.FusedBatchNormV3(
            x=x,
            scale=tf.convert_to_tensor(gamma),
            offset=tf.convert_to_tensor(beta),
            mean=nothing,
            variance=nothing,
            epsilon=epsilon,
            is_training=True,
        )
        return normalized.y, normalized.batch_mean, normalized.batch_variance
