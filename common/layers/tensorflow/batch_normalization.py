"""Batch normalization of images by TensorFlow's fused kernel."""

import tensorflow as tf


def accepts(x, mask):
    """Whether the kernel takes these features: images, no mask, not float64."""
    return mask is None and len(x.shape) == 4 and x.dtype != tf.float64


def normalize(x, gamma, beta, mean, variance, epsilon):
    """Normalizes features by the mean and variance that are passed in.

    Args:
        x: `(batch, height, width, channels)`.
        gamma: `(channels,)`, the scale.
        beta: `(channels,)`, the offset.
        mean: `(channels,)`.
        variance: `(channels,)`.
        epsilon: added to the variance.

    Returns:
        `(batch, height, width, channels)`.
    """
    normalized = tf.raw_ops.FusedBatchNormV3(
        x=x,
        scale=tf.convert_to_tensor(gamma),
        offset=tf.convert_to_tensor(beta),
        mean=tf.convert_to_tensor(mean),
        variance=tf.convert_to_tensor(variance),
        epsilon=epsilon,
        is_training=False,
    )
    return normalized.y


def normalize_batch(x, gamma, beta, epsilon):
    """Normalizes features by the mean and variance of their own batch.

    Args:
        x: `(batch, height, width, channels)`.
        gamma: `(channels,)`, the scale.
        beta: `(channels,)`, the offset.
        epsilon: added to the biased variance.

    Returns:
        `(normalized, mean, variance)`: `(batch, height, width, channels)` and twice
        `(channels,)`. The variance is the unbiased one.
    """
    empty = tf.zeros([0])
    normalized = tf.raw_ops.FusedBatchNormV3(
        x=x,
        scale=tf.convert_to_tensor(gamma),
        offset=tf.convert_to_tensor(beta),
        mean=empty,
        variance=empty,
        epsilon=epsilon,
        is_training=True,
    )
    return normalized.y, normalized.batch_mean, normalized.batch_variance
