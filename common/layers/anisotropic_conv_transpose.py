"""A transposed 3-D convolution whose kernel lies in a plane."""

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("braintumor")
class AnisotropicConv3DTranspose(layers.Conv3DTranspose):
    """`Conv3DTranspose` with a kernel `(1, height, width)`, run in 2-D.

    Slices become examples, `(batch * depth, height, width, channels)`, which moves no
    value in memory. Weights are those of `Conv3DTranspose`, and results and gradients
    equal its own up to rounding.

    Args:
        filters: number of output channels.
        kernel_size: three integers `(1, height, width)`. The strides start with 1,
            too.
        **kwargs: arguments of `keras.layers.Conv3DTranspose`, with channels last and
            without dilation, output padding, bias and activation.

    Input shape:
        `(batch, depth, height, width, channels)`.

    Output shape:
        `(batch, depth, new_height, new_width, filters)`.

    Raises:
        ValueError: kernel or strides extend over the first axis, or an argument asks
            for something that is left out.

    Example:

    >>> x = keras.random.normal((2, 10, 6, 7, 8))
    >>> layer = AnisotropicConv3DTranspose(
    ...     4, (1, 3, 3), strides=(1, 2, 2), padding="same", use_bias=False
    ... )
    >>> tuple(layer(x).shape)
    (2, 10, 12, 14, 4)
    """

    def __init__(self, filters, kernel_size, **kwargs):
        super().__init__(filters, kernel_size, **kwargs)
        if self.kernel_size[0] != 1 or self.strides[0] != 1:
            raise ValueError(
                "Expected kernel and strides of 1 along the first axis. Received: "
                f"kernel_size={self.kernel_size}, strides={self.strides}"
            )
        if (
            self.data_format != "channels_last"
            or self.use_bias
            or self.output_padding is not None
            or set(self.dilation_rate) != {1}
            or self.activation is not keras.activations.linear
        ):
            raise ValueError(
                "Expected channels last, no dilation, no output padding, "
                "`use_bias=False` and no activation. "
                f"Received: {self.get_config()}"
            )

    def call(self, inputs):
        batch, depth, height, width, channels = ops.shape(inputs)
        folded = ops.reshape(inputs, (batch * depth, height, width, channels))
        folded = ops.conv_transpose(
            folded, self.kernel[0], strides=self.strides[1:], padding=self.padding
        )
        return ops.reshape(folded, (batch, depth, *ops.shape(folded)[1:]))
