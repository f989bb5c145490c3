"""Cross-entropy of those pixels that a sample matrix names, each by its weight."""

from keras import ops


def sampled_cross_entropy(labels, logits, weights):
    """Returns the weighted mean of -log p[y] over a whole batch.

    `sum(-log p[y] W) / sum(W)`: pixels of weight 0 neither add to it nor lower it.

    Args:
        labels: integers from 0, `(batch, …)`.
        logits: `(batch, …, classes)`.
        weights: W, not negative, `(batch, …)`.

    Returns:
        One number, 0 where every weight is 0.
    """
    surprise, total = sampled_sums(labels, logits, weights)
    return surprise / ops.where(total > 0, total, 1.0)


def sampled_sums(labels, logits, weights):
    """Returns both sums of `sampled_cross_entropy`, which add up over batches.

    Args:
        labels: integers from 0, `(batch, …)`.
        logits: `(batch, …, classes)`.
        weights: W, not negative, `(batch, …)`.

    Returns:
        `(sum(-log p[y] W), sum(W))`.
    """
    labels = ops.cast(labels, "int32")
    surprise = ops.sparse_categorical_crossentropy(labels, logits, from_logits=True)
    return ops.sum(surprise * weights), ops.sum(weights)
