"""Cross-entropy of sampled pixels, weighted by a sample matrix."""

from keras import ops


def sampled_cross_entropy(labels, logits, weights):
    """Returns the weighted mean of -log p[y] over a whole batch.

    `sum(-log p[y] W) / sum(W)`: pixels of weight 0 neither add to it nor dilute it.

    Args:
        labels: integers from 0, `(batch, …)`.
        logits: `(batch, …, classes)`.
        weights: W, nonnegative, `(batch, …)`.

    Returns:
        One number, 0 if every weight is 0.

    Example:

    >>> import numpy as np
    >>> labels, weights = np.array([[0, 1]]), np.array([[0.0, 2.0]])
    >>> logits = np.log([[[0.9, 0.1], [0.75, 0.25]]])
    >>> loss = sampled_cross_entropy(labels, logits, weights)
    >>> round(float(loss), 4)  # -log(0.25)
    1.3863
    """
    surprisal, total = sampled_sums(labels, logits, weights)
    return surprisal / ops.where(total > 0, total, 1.0)


def sampled_sums(labels, logits, weights):
    """Returns the two sums of `sampled_cross_entropy`, which can be added over batches.

    Args:
        labels: integers from 0, `(batch, …)`.
        logits: `(batch, …, classes)`.
        weights: W, nonnegative, `(batch, …)`.

    Returns:
        `(sum(-log p[y] W), sum(W))`.
    """
    labels = ops.cast(labels, "int32")
    surprisal = ops.sparse_categorical_crossentropy(labels, logits, from_logits=True)
    return ops.sum(surprisal * weights), ops.sum(weights)
