"""The value that one tower minimizes, the same under every strategy."""

import keras
import tensorflow as tf

from common.training.repeatable import in_order


def objective(model, loss, x, y):
    """Returns a model's training loss on one tower's batch, a scalar.

    A Keras loss that is called within a replica divides itself by the number of
    replicas if its values have a batch axis, but not if it is a scalar. Therefore
    only its `call` is used and the reduction is made here; nothing else scales.

    Args:
        model: a Keras model; its regularization losses are added.
        loss: a Keras loss, or a function of truth and prediction.
        x: inputs `(batch, …)`.
        y: truth `(batch, …)`, or a dict of such.

    Raises:
        ValueError: the loss has no reduction.
    """
    prediction = model(x, training=True)
    value = _mean(loss, y, prediction)
    if model.losses:
        value += in_order(model.losses)
    return value


def _mean(loss, y, prediction):
    if not isinstance(loss, keras.losses.Loss):
        return tf.reduce_mean(loss(y, prediction))
    # As `Loss.__call__` does it, so that the loss gets the types it expects.
    y, prediction = keras.tree.map_structure(
        lambda value: tf.cast(value, loss.dtype), (y, prediction)
    )
    values = loss.call(y, prediction)
    if loss.reduction == "sum":
        return tf.reduce_sum(values)
    if loss.reduction in ("sum_over_batch_size", "mean", "mean_with_sample_weight"):
        return tf.reduce_mean(values)
    raise ValueError(
        "Expected a loss that is reduced to one number. "
        f"Received: reduction={loss.reduction}"
    )
