"""What losses of labels and class probabilities have in common."""

from keras import ops

# The logarithm of a smaller probability, and its gradient, would leave float32.
SMALLEST = 1e-37


def class_probabilities(probability):
    """Returns one map a class: a single channel is that of the second of two."""
    probability = ops.convert_to_tensor(probability)
    if probability.shape[-1] > 1:
        return probability
    return ops.concatenate([1.0 - probability, probability], axis=-1)


def true_class(labels, probability):
    """Returns the labels one-hot and the probability of the true class.

    Args:
        labels: integers from 0 of any kind, `(batch, …, 1)`.
        probability: `(batch, …, classes)`.

    Returns:
        `(truth, of_truth)`: `(batch, …, classes)` and `(batch, …)`, of the
        probabilities' kind.
    """
    # Keras casts labels to floats before a loss sees them.
    classes = ops.arange(probability.shape[-1], dtype="int32")
    truth = ops.equal(ops.cast(labels, "int32"), classes)
    truth = ops.cast(truth, probability.dtype)
    return truth, ops.sum(truth * probability, axis=-1)


def region_maps(labels, probability, regions):
    """Yields truth and probability of regions, each a set of labels.

    Args:
        labels: integers, `(batch, …, 1)`.
        probability: `(batch, …, classes)`.
        regions: tuples of labels.

    Yields:
        `(truth, probability)` of a region, both `(batch, …)`.
    """
    truth, _ = true_class(labels, probability)
    for region in regions:
        both = (
            sum(maps[..., label] for label in region) for maps in (truth, probability)
        )
        yield tuple(both)


def of_each_example(value, probability):
    """Returns a batch's one value as every example's: `(batch,)`.

    Keras divides a loss among replicas only where it has a batch axis.
    """
    return ops.repeat(value, ops.shape(probability)[0])
