"""A 3-D separable convolution: within each channel, then across the channels."""

import keras
from keras import layers

from common.layers.depthwise_conv3d import DepthwiseConv3D


@keras.saving.register_keras_serializable("braintumor")
class SeparableConv3D(layers.Layer):
    """The 3-D twin of `keras.layers.SeparableConv2D`, which Keras lacks.

    A `DepthwiseConv3D` without activation, followed by a 1x1x1 convolution. They are
    the sublayers `depthwise` and `pointwise`, with the weights `depthwise/kernel` and
    `pointwise/kernel`, and a bias each where asked for.

    Args:
        filters: number of output channels.
        kernel_size: one integer or three, `(depth, height, width)`.
        strides: of the depthwise part, one integer or three.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"`, `"channels_first"`, or None for Keras's
            own setting.
        dilation_rate: one integer or three, the distance between taps in voxels.
        depth_multiplier: number of intermediate channels per input channel.
        activation: function of the output, or None.
        use_bias: whether the output has a bias.
        use_depthwise_bias: whether the intermediate channels have a bias, too. Keras
            has none in 2-D, as it adds nothing that the output's bias cannot. Two
            separate layers would have it, though, and papers count its parameters.
        depthwise_initializer: of the depthwise kernel, with its true fans; None for
            `"glorot_uniform"`.
        pointwise_initializer: of the pointwise kernel; None for `"glorot_uniform"`.
        bias_initializer: of both biases; None for `"zeros"`.
        depthwise_regularizer: of the depthwise kernel.
        pointwise_regularizer: of the pointwise kernel.
        bias_regularizer: of both biases.
        activity_regularizer: of the output.
        depthwise_constraint: of the depthwise kernel.
        pointwise_constraint: of the pointwise kernel.
        bias_constraint: of both biases.
        **kwargs: arguments of `keras.layers.Layer`.

    Input shape:
        - `"channels_last"`: `(batch, depth, height, width, channels)`.
        - `"channels_first"`: `(batch, channels, depth, height, width)`.

    Output shape:
        - `"channels_last"`: `(batch, new_depth, new_height, new_width, filters)`.
        - `"channels_first"`: `(batch, filters, new_depth, new_height, new_width)`.

    Raises:
        ValueError: as `DepthwiseConv3D`.

    Example:

    >>> x = keras.random.normal((2, 10, 12, 14, 3))
    >>> layer = SeparableConv3D(8, 3, strides=2, padding="same")
    >>> tuple(layer(x).shape)
    (2, 5, 6, 7, 8)
    >>> layer.count_params()  # 3 kernels of 27 taps, 3 x 8 weights and 8 biases
    113
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=(1, 1, 1),
        padding="valid",
        data_format=None,
        dilation_rate=(1, 1, 1),
        depth_multiplier=1,
        activation=None,
        use_bias=True,
        use_depthwise_bias=False,
        depthwise_initializer=None,
        pointwise_initializer=None,
        bias_initializer=None,
        depthwise_regularizer=None,
        pointwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        pointwise_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(
            activity_regularizer=keras.regularizers.get(activity_regularizer), **kwargs
        )
        self.depthwise = DepthwiseConv3D(
            kernel_size,
            strides=strides,
            padding=padding,
            depth_multiplier=depth_multiplier,
            data_format=data_format,
            dilation_rate=dilation_rate,
            use_bias=use_depthwise_bias,
            depthwise_initializer=depthwise_initializer,
            bias_initializer=bias_initializer,
            depthwise_regularizer=depthwise_regularizer,
            bias_regularizer=bias_regularizer,
            depthwise_constraint=depthwise_constraint,
            bias_constraint=bias_constraint,
            dtype=self.dtype_policy,
            name="depthwise",
        )
        self.pointwise = layers.Conv3D(
            filters,
            1,
            data_format=data_format,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=pointwise_initializer or "glorot_uniform",
            bias_initializer=bias_initializer or "zeros",
            kernel_regularizer=pointwise_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=pointwise_constraint,
            bias_constraint=bias_constraint,
            dtype=self.dtype_policy,
            name="pointwise",
        )

    def build(self, input_shape):
        self.depthwise.build(input_shape)
        self.pointwise.build(self.depthwise.compute_output_shape(input_shape))

    def call(self, inputs):
        return self.pointwise(self.depthwise(inputs))

    def compute_output_shape(self, input_shape):
        intermediate = self.depthwise.compute_output_shape(input_shape)
        return self.pointwise.compute_output_shape(intermediate)

    def get_config(self):
        depthwise = self.depthwise.get_config()
        pointwise = self.pointwise.get_config()
        shared = ("kernel_size", "strides", "padding", "data_format", "dilation_rate")
        shared += ("depth_multiplier", "bias_initializer", "bias_regularizer")
        shared += ("bias_constraint",)
        config = {name: depthwise[name] for name in shared}
        for name in ("initializer", "regularizer", "constraint"):
            config[f"depthwise_{name}"] = depthwise[f"depthwise_{name}"]
            config[f"pointwise_{name}"] = pointwise[f"kernel_{name}"]
        return {
            **super().get_config(),
            **config,
            "filters": pointwise["filters"],
            "activation": pointwise["activation"],
            "use_bias": pointwise["use_bias"],
            "use_depthwise_bias": depthwise["use_bias"],
            "activity_regularizer": keras.regularizers.serialize(
                self.activity_regularizer
            ),
        }
