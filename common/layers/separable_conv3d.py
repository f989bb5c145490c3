"""A 3-D separable convolution: each channel alone, then all of them in a voxel."""

import keras
from keras import layers

from common.layers.depthwise_conv3d import DepthwiseConv3D


@keras.saving.register_keras_serializable("braintumor")
class SeparableConv3D(layers.Layer):
    """The 3-D twin of `keras.layers.SeparableConv2D`, which Keras lacks.

    A `DepthwiseConv3D`, without activation, then a convolution of 1x1x1. They are
    the sublayers `depthwise` and `pointwise`, with the weights `depthwise/kernel`
    and `pointwise/kernel`, and a bias each if so wished.

    Args:
        filters: number of output channels.
        kernel_size: one integer or three, `(depth, height, width)`.
        strides: of the depthwise part, one integer or three. As in Keras, not
            together with a dilation.
        padding: `"valid"` or `"same"`.
        data_format: `"channels_last"`, `"channels_first"`, or None for Keras's
            own setting.
        dilation_rate: one integer or three, the distance of the taps in voxels.
        depth_multiplier: number of intermediate channels of each input channel.
        activation: function of the output, or None.
        use_bias: whether the output has a bias.
        use_depthwise_bias: whether the intermediate channels have one, too. Keras
            has none in 2-D, as it adds nothing that the output's cannot; but two
            layers in a row have it, and its parameters are counted.
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
        **kwargs: those of `keras.layers.Layer`.

    Call arguments: features, `(batch, depth, height, width, channels)`, or
    `(batch, channels, depth, height, width)`.

    Raises:
        ValueError: as `DepthwiseConv3D`.
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
        between = self.depthwise.compute_output_shape(input_shape)
        return self.pointwise.compute_output_shape(between)

    def get_config(self):
        depthwise = self.depthwise.get_config()
        pointwise = self.pointwise.get_config()
        same = ("kernel_size", "strides", "padding", "data_format", "dilation_rate")
        same += ("depth_multiplier", "bias_initializer", "bias_regularizer")
        same += ("bias_constraint",)
        config = {name: depthwise[name] for name in same}
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
