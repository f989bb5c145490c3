"""A 3-D convolution whose kernel lies in a plane or on the axis through it."""

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("braintumor")
class AnisotropicConv3D(layers.Conv3D):
    """`Conv3D` with a kernel `(1, height, width)` or `(depth, 1, 1)`, run in 2-D.

    Such a kernel mixes only the axes it extends over; the others are folded. In
    the plane, slices become examples, `(batch * depth, height, width,
    channels)`. Through the plane, the pixels of a slice become one row,
    `(batch, depth, height * width, channels)`. Neither moves a value in memory.
    The result is that of `Conv3D` to rounding, and so are the weights and the
    gradients. The gain is in dilated kernels: TensorFlow's 3-D convolution
    dilates by copies of its input.

    Args:
        filters: number of output channels.
        kernel_size: three integers `(depth, height, width)`; the first is 1, or
            the other two are. The same holds for the strides.
        **kwargs: those of `keras.layers.Conv3D`, with channels last and one
            group.

    Call arguments: features, `(batch, depth, height, width, channels)`.

    Raises:
        ValueError: kernel or strides extend over all axes, or the layout is
            another.
    """

    def __init__(self, filters, kernel_size, **kwargs):
        super().__init__(filters, kernel_size, **kwargs)
        extent = [
            max(pair) for pair in zip(self.kernel_size, self.strides, strict=True)
        ]
        self.in_plane = extent[0] == 1
        if not self.in_plane and extent[1:] != [1, 1]:
            raise ValueError(
                "Expected kernel and strides of 1 along the first axis or along both "
                f"others. Received: kernel_size={self.kernel_size}, "
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
