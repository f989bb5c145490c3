"""The paper's loss: binary cross-entropy minus Dice, as printed."""

import keras
from keras import ops

from common.losses.dice import soft_dice


@keras.saving.register_keras_serializable("braintumor")
class BceMinusDice(keras.losses.Loss):
    """L = BCE - Dice, with equal weights and without a constant.

    A perfect map has a loss of about -1: the formula is kept as printed, so that
    negative values are expected.

    Args:
        dice_over: `"image"` (our choice: the mean of the images' Dice) or
            `"batch"` (Dice of the whole batch, the widely copied form).
        smooth: added to Dice's numerator and denominator (our choice: 1).
        name: the loss's name.

    Call arguments: truth and probability, `(batch, height, width, 1)`.

    Raises:
        ValueError: `dice_over` is neither of the two.

    Reference:
        Equations (1) to (3).
    """

    def __init__(self, dice_over="image", smooth=1.0, name="bce_minus_dice", **kwargs):
        super().__init__(name=name, **kwargs)
        if dice_over not in ("image", "batch"):
            raise ValueError(
                "Argument `dice_over` must be 'image' or 'batch'. "
                f"Received: dice_over={dice_over}"
            )
        self.dice_over = dice_over
        self.smooth = smooth

    def call(self, y_true, y_pred):
        # Equation (2). The mean over pixels is our choice: the text names no
        # reduction.
        bce = ops.mean(keras.losses.binary_crossentropy(y_true, y_pred), axis=(1, 2))
        axes = (1, 2, 3) if self.dice_over == "image" else (0, 1, 2, 3)
        # Equation (3) subtracted, equation (1).
        return bce - soft_dice(y_true, y_pred, self.smooth, axes)

    def get_config(self):
        return {
            **super().get_config(),
            "dice_over": self.dice_over,
            "smooth": self.smooth,
        }
