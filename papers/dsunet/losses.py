"""The loss of the paper: one Dice per label, over the voxels of a volume."""

import keras
from keras import ops

from common.losses.dice import soft_dice
from common.losses.squared_dice import squared_soft_dice


@keras.saving.register_keras_serializable("braintumor")
class LabelDice(keras.losses.Loss):
    """One minus the mean of the labels' Dice.

    The paper's formulas are lost, but its wording is that of V-Net, whose denominator
    has squares. Without `squares` it is the loss of the original code.

    Args:
        squares: whether the denominator has squared probabilities.
        smooth: added to numerator and denominator. A label that is absent scores
            near 1 only where its map is nearly empty.
        name: the loss's name.

    Call arguments: masks and probabilities `(batch, depth, height, width,
    labels)`. Every example has its own loss: `(batch,)`.

    Reference:
        Section II, "Dice loss function". original code: unet3d/metrics.py,
        `weighted_dice_coefficient_loss`; ours is larger by 1.
    """

    def __init__(self, squares=True, smooth=1e-5, name="label_dice", **kwargs):
        super().__init__(name=name, **kwargs)
        self.squares = squares
        self.smooth = smooth

    def call(self, y_true, y_pred):
        axes = tuple(range(1, len(y_pred.shape) - 1))
        if self.squares:
            dice = squared_soft_dice(y_true, y_pred, axes, 0.0, self.smooth)
        else:
            dice = soft_dice(y_true, y_pred, self.smooth, axes)
        return 1.0 - ops.mean(dice, axis=-1)

    def get_config(self):
        config = super().get_config()
        return {**config, "squares": self.squares, "smooth": self.smooth}
