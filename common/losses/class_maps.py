"""Parts shared by losses of labels and class probabilities."""

from keras import ops

# The gradient of the logarithm at a smaller probability would overflow float32.
MIN_PROBABILITY = 1e-37


def class_probabilities(probability):
    """Returns one map per class; a single channel is the second of two classes."""
    probability = ops.convert_to_tensor(probability)
    if probability.shape[-1] > 1:
        return probability
    return ops.concatenate([1.0 - probability, probability], axis=-1)


def true_class(labels, probability):
    """Returns the one-hot labels and the probability of the true class.

    Args:
        labels: integers from 0 of any type, `(batch, …, 1)`.
        probability: `(batch, …, classes)`.

    Returns:
        `(truth, true_probability)`: `(batch, …, classes)` and `(batch, …)`, of the
        probabilities' type.
    """
    # Keras casts labels to floats before a loss sees them.
    classes = ops.arange(probability.shape[-1], dtype="int32")
    truth = ops.equal(ops.cast(labels, "int32"), classes)
    truth = ops.cast(truth, probability.dtype)
    return truth, ops.sum(truth * probability, axis=-1)


def region_maps(labels, probability, regions):
    """Yields truth and probability of each region, a set of labels.

    Args:
        labels: integers, `(batch, …, 1)`.
        probability: `(batch, …, classes)`.
        regions: tuples of labels.

    Yields:
        `(truth, probability)` of one region, both `(batch, …)`.
    """
    truth, _ = true_class(labels, probability)
    classes = range(probability.shape[-1])
    for region in regions:
        # Multiplied and summed, not added map by map: TensorFlow may add three maps
        # in another order each time (`common.training.repeatable`). Nor is it a
        # product of matrices, which GPUs round to ten bits.
        inside = ops.convert_to_tensor(
            [float(label in region) for label in classes], dtype=probability.dtype
        )
        yield tuple(ops.sum(maps * inside, axis=-1) for maps in (truth, probability))


def for_each_example(value, probability):
    """Repeats a batch's single value for each example: `(batch,)`.

    Keras divides a loss among replicas only if it has a batch axis.
    """
    return ops.repeat(value, ops.shape(probability)[0])
