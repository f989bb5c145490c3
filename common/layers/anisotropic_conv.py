"""A 3-D convolution whose kernel lies in a plane or on the axis perpendicular to it."""

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("braintumor")
class AnisotropicConv3D(layers.Conv3D):
    """`Conv3D` with a kernel `(1, height, width)` or `(depth, 1, 1)`, run in 2-D.

    Such a kernel mixes only the axes over which it extends; the others are folded.
    In the plane, slices become examples, `(batch * depth, height, width, channels)`.
    Through the plane, the pixels of a slice become one row, `(batch, depth, height *
    width, channels)`. Neither moves a value in memory. Weights are those of `Conv3D`,
    and results and gradients equal its own up to rounding. The gain is in dilated
    kernels: TensorFlow's 3-D convolution dilates by copying its input.

    Args:
        filters: number of output channels.
        kernel_size: three integers `(depth, height, width)`, of which the first or
            the other two are 1. The same holds for the strides.
        **kwargs: arguments of `keras.layers.Conv3D`, with channels last and one
            group.

    Input shape:
        `(batch, depth, height, width, channels)`.

    Output shape:
        `(batch, new_depth, new_height, new_width, filters)`.

    Raises:
        ValueError: kernel or strides extend over all axes, the channels are not
            last, or there are several groups.

    Example:

    >>> x = keras.random.normal((2, 10, 12, 14, 3))
    >>> y = AnisotropicConv3D(8, (1, 3, 3), padding="same", dilation_rate=(1, 2, 2))(x)
    >>> tuple(y.shape)
    (2, 10, 12, 14, 8)
    >>> tuple(AnisotropicConv3D(8, (3, 1, 1))(y).shape)
    (2, 8, 12, 14, 8)
    """

    def __init__(self, filters, kernel_size, **kwargs):
        super().__init__(filters, kernel_size, **kwargs)
        extent = [
            max(pair) for pair in zip(self.kernel_size, self.strides, strict=True)
        ]
        self.in_plane = extent[0] == 1
        if not self.in_plane and extent[1:] != [1, 1]:
            raise ValueError(
                "Expected kernel and strides of 1 along the first axis or along the "
                f"other two. Received: kernel_size={self.kernel_size}, "
                f"strides={self.strides}"
            )
        if self.data_format != "channels_last" or self.groups != 1:
            raise ValueError(
                "Expected channels last and one group. "
                f"Received: data_format={self.data_format}, groups={self.groups}"
            )

    def convolution_op(self, inputs, kernel):
        batch, depth, height, width, channels = ops.shape(inputs)
        if self.in_plane:
            folded = ops.reshape(inputs, (batch * depth, height, width, channels))
            folded = ops.conv(
                folded,
                kernel[0],
                strides=self.strides[1:],
                padding=self.padding,
                dilation_rate=self.dilation_rate[1:],
            )
            return ops.reshape(folded, (batch, depth, *ops.shape(folded)[1:]))
        folded = ops.reshape(inputs, (batch, depth, height * width, channels))
        folded = ops.conv(
            folded,
            kernel[:, 0],
            strides=(self.strides[0], 1),
            padding=self.padding,
            dilation_rate=(self.dilation_rate[0], 1),
        )
        depth = ops.shape(folded)[1]
        return ops.reshape(folded, (batch, depth, height, width, self.filters))
