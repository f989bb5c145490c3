"""Zeros around the channels, so that features of two widths can be summed."""

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("braintumor")
class PadChannels(layers.Layer):
    """Puts zero channels before and after the last axis, as evenly as it goes.

    Args:
        filters: number of channels after padding. Of an odd number of zeros, the
            one more comes after.
        **kwargs: those of `keras.layers.Layer`.

    Call arguments: features, `(…, channels)`.

    Raises:
        ValueError: the input has more channels.
    """

    def __init__(self, filters, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters

    def call(self, inputs):
        missing = self.filters - inputs.shape[-1]
        around = (missing // 2, missing - missing // 2)
        return ops.pad(inputs, ((0, 0),) * (len(inputs.shape) - 1) + (around,))

    def compute_output_shape(self, input_shape):
        if input_shape[-1] > self.filters:
            raise ValueError(
                f"Expected at most {self.filters} channels. "
                f"Received: input_shape={input_shape}"
            )
        return (*input_shape[:-1], self.filters)

    def get_config(self):
        return {**super().get_config(), "filters": self.filters}
