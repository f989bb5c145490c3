"""The losses of the methods, of logits: the cascade's, BFCN's and the plain one.

Truth comes as a dict, `labels` `(batch, height, width, 1)` with the classes 0
non-tumor, 1 necrosis and non-enhancing tumor, 2 edema, 3 enhancing tumor, and what
else the loss needs. Every example's loss is the batch's: `(batch,)`.
"""

import keras
from keras import ops

from common.losses.class_maps import of_each_example
from common.losses.sampled_cross_entropy import sampled_cross_entropy


@keras.saving.register_keras_serializable("braintumor")
class CascadeLoss(keras.losses.Loss):
    """The cross-entropies of both branches, and those of their auxiliary heads.

    `L1 + L2 + omega (La1 + … + La8)`, each the mean over sampled pixels. The L2 term
    is the network's own.

    Call arguments: a dict with `labels`, the sample matrices `weights`
    `(batch, height, width, 2)` of the two U-Nets and `omega` `(batch,)`, which
    depends on the epoch and so comes with the batch; the dict of `cu_net`'s logits.

    Reference:
        Equations (1) and (4).
    """

    def __init__(self, name="cascade_loss", **kwargs):
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        branches = {key: 0.0 for key in ("wt", "sub")}
        auxiliary = 0.0
        for name, logits in y_pred.items():
            branch = name.split("_")[0]
            value = self._of_head(y_true, logits, branch)
            if name == branch:
                branches[branch] = value
            else:
                auxiliary = auxiliary + value
        total = sum(branches.values()) + y_true["omega"][0] * auxiliary
        return of_each_example(total, y_pred["wt"])

    def _of_head(self, y_true, logits, branch):
        labels = ops.cast(y_true["labels"][..., 0], "int32")
        if branch == "wt":
            labels = ops.cast(labels > 0, "int32")
        elif logits.shape[-1] == 3:  # without non-tumor, whose weights are 0
            labels = ops.maximum(labels - 1, 0)
        weights = y_true["weights"][..., 0 if branch == "wt" else 1]
        return sampled_cross_entropy(labels, logits, weights)


@keras.saving.register_keras_serializable("braintumor")
class BoundaryLoss(keras.losses.Loss):
    """The plain cross-entropies of BFCN's three maps, summed.

    chosen: with equal weights.

    Call arguments: a dict with `labels` and `boundary` `(batch, height, width, 1)`,
    1 near a border between labels; the dict of `bfcn`'s logits.
    """

    def __init__(self, name="boundary_loss", **kwargs):
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        truths = {"tissue": "labels", "boundary": "boundary", "combined": "labels"}
        total = sum(
            ops.mean(_cross_entropy(y_true[truth], y_pred[name]), axis=(1, 2))
            for name, truth in truths.items()
        )
        return total


@keras.saving.register_keras_serializable("braintumor")
class PlainLoss(keras.losses.Loss):
    """The mean cross-entropy over all pixels.

    Call arguments: a dict with `labels`; logits `(batch, height, width, classes)`.
    """

    def __init__(self, name="plain_loss", **kwargs):
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        return ops.mean(_cross_entropy(y_true["labels"], y_pred), axis=(1, 2))


def _cross_entropy(labels, logits):
    labels = ops.cast(labels[..., 0], "int32")
    return ops.sparse_categorical_crossentropy(labels, logits, from_logits=True)
