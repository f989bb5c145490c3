"""The loss of the released code: one Dice per class, over the whole batch."""

import keras
from keras import ops

from common.losses.squared_dice import squared_soft_dice


@keras.saving.register_keras_serializable("braintumor")
class PooledDice(keras.losses.Loss):
    """One minus the mean of the classes' Dice, including the background.

    Each class has one coefficient over all voxels of the batch, with squared
    probabilities in the denominator. Voxels are not weighted: the version of NiftyNet
    that the released code names ignores the weight map it receives.

    Args:
        from_logits: whether predictions are logits, as the networks give them.
        epsilon: added to each denominator.
        name: the loss's name.

    Call arguments: labels `(batch, …, 1)`, integers from 0, and predictions
    `(batch, …, classes)`; a single channel of probabilities is that of the second of
    two classes. Every example's loss is the batch's: `(batch,)`.

    Raises:
        ValueError: logits of a single channel.

    Reference:
        original code: NiftyNet 0.2.0, layer/loss_segmentation.py, `dice`. The
        paper names no loss.
    """

    def __init__(self, from_logits=True, epsilon=1e-5, name="pooled_dice", **kwargs):
        super().__init__(name=name, **kwargs)
        self.from_logits = from_logits
        self.epsilon = epsilon

    def call(self, y_true, y_pred):
        if self.from_logits and y_pred.shape[-1] == 1:
            raise ValueError(
                "Expected logits of at least two classes. "
                f"Received: y_pred.shape={y_pred.shape}"
            )
        if self.from_logits:
            y_pred = ops.softmax(y_pred)
        elif y_pred.shape[-1] == 1:
            y_pred = ops.concatenate([1.0 - y_pred, y_pred], axis=-1)
        classes = ops.arange(y_pred.shape[-1], dtype="int32")
        truth = ops.equal(ops.cast(y_true, "int32"), classes)
        axes = tuple(range(len(y_pred.shape) - 1))
        dice = squared_soft_dice(truth, y_pred, axes, self.epsilon)
        return ops.repeat(1.0 - ops.mean(dice), ops.shape(y_pred)[0])

    def get_config(self):
        config = super().get_config()
        return {**config, "from_logits": self.from_logits, "epsilon": self.epsilon}
