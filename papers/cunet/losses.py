"""The losses of the methods, computed from logits: cascade, BFCN and plain.

Truth is a dict of `labels` `(batch, height, width, 1)`, with the classes 0 non-tumor, 1
necrosis and non-enhancing tumor, 2 edema and 3 enhancing tumor, and of whatever else
the loss needs. Every example's loss is the batch's: `(batch,)`. `sums` returns the
terms that a loss adds up, so that it can be computed over more slices than fit into a
batch.
"""

import keras
import numpy as np
from keras import ops

from common.losses.class_maps import for_each_example
from common.losses.sampled_pixels import sampled_cross_entropy, sampled_sums
from papers.cunet.networks import BRANCHES


@keras.saving.register_keras_serializable("braintumor")
class CascadeLoss(keras.losses.Loss):
    """The cross-entropies of both branches, and those of their auxiliary heads.

    The loss is `L1 + L2 + omega (La1 + … + La8)`, each term the mean over sampled
    pixels. The weight decay is added by the network.

    Call arguments: a dict with `labels`, the sample matrices `weights`
    `(batch, height, width, 2)` of the two U-Nets and `omega` `(batch,)`, which
    depends on the epoch and therefore comes with the batch; the dict of `cu_net`'s
    logits.

    Reference:
        Equations (1) and (4).
    """

    def __init__(self, name="cascade_loss", **kwargs):
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        branches, auxiliary = [], []
        for name, logits in y_pred.items():
            value = sampled_cross_entropy(*_sampled(y_true, name, logits))
            (branches if name in BRANCHES else auxiliary).append(value)
        total = ops.sum(ops.stack(branches))
        if auxiliary:
            total = total + y_true["omega"][0] * ops.sum(ops.stack(auxiliary))
        return for_each_example(total, y_pred["wt"])

    def sums(self, y_true, y_pred):
        """Returns numerators and denominators `(2, 2)` of L1 and L2, equation (1)."""
        pairs = (sampled_sums(*_sampled(y_true, b, y_pred[b])) for b in BRANCHES)
        return np.array([[float(value) for value in pair] for pair in pairs])


@keras.saving.register_keras_serializable("braintumor")
class BoundaryLoss(keras.losses.Loss):
    """The sum of the plain cross-entropies of BFCN's three maps.

    chosen: the weights are equal.

    Call arguments: a dict with `labels` and `boundary` `(batch, height, width, 1)`,
    1 near a border between labels; the dict of `bfcn`'s logits.
    """

    def __init__(self, name="boundary_loss", **kwargs):
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        means = [ops.mean(one, axis=(1, 2)) for one in self._maps(y_true, y_pred)]
        return ops.sum(ops.stack(means), axis=0)

    def sums(self, y_true, y_pred):
        """Returns the sum of the pixels' losses and their number, `(1, 2)`."""
        return _of_pixels(ops.sum(ops.stack(self._maps(y_true, y_pred)), axis=0))

    def _maps(self, y_true, y_pred):
        truths = {"tissue": "labels", "boundary": "boundary", "combined": "labels"}
        return [_cross_entropy(y_true[truths[k]], y_pred[k]) for k in truths]


@keras.saving.register_keras_serializable("braintumor")
class PlainLoss(keras.losses.Loss):
    """The mean cross-entropy over all pixels.

    Call arguments: a dict with `labels`; logits `(batch, height, width, classes)`.
    """

    def __init__(self, name="plain_loss", **kwargs):
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        return ops.mean(_cross_entropy(y_true["labels"], y_pred), axis=(1, 2))

    def sums(self, y_true, y_pred):
        """Returns the sum of the pixels' losses and their number, `(1, 2)`."""
        return _of_pixels(_cross_entropy(y_true["labels"], y_pred))


def of_sums(sums):
    """Returns the loss of sums over all batches; a term without samples is 0.

    Args:
        sums: numerators and denominators, `(terms, 2)`.
    """
    return float(sum(top / bottom for top, bottom in sums if bottom))


def _of_pixels(values):
    return np.array([[float(ops.sum(values)), np.prod(values.shape)]])


def _sampled(truth, name, logits):
    """Returns labels, logits and sample matrix of a branch or of one of its heads."""
    branch = name.split("_")[0]
    labels = ops.cast(truth["labels"][..., 0], "int32")
    if branch == "wt":
        labels = ops.cast(labels > 0, "int32")
    elif logits.shape[-1] == 3:  # no class non-tumor, whose weights are 0
        labels = ops.maximum(labels - 1, 0)
    return labels, logits, truth["weights"][..., BRANCHES.index(branch)]


def _cross_entropy(labels, logits):
    labels = ops.cast(labels[..., 0], "int32")
    return ops.sparse_categorical_crossentropy(labels, logits, from_logits=True)
