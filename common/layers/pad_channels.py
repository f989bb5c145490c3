"""Zeros around the channels, so that features of different widths can be added."""

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("braintumor")
class PadChannels(layers.Layer):
    """Pads the last axis with zero channels, as evenly as possible on both sides.

    Args:
        filters: number of channels after padding. Of an odd number of zeros, the
            extra one comes after.
        **kwargs: arguments of `keras.layers.Layer`.

    Input shape:
        `(…, channels)`.

    Output shape:
        `(…, filters)`.

    Raises:
        ValueError: the input has more channels than `filters`.

    Example:

    >>> y = PadChannels(5)(keras.ops.ones((1, 2)))
    >>> [float(value) for value in y[0]]
    [0.0, 1.0, 1.0, 0.0, 0.0]
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
