"""A 3-D separable convolution: within each channel, then across the channels."""

import keras
from keras import layers

from common.layers.depthwise_conv3d import DepthwiseConv3D, one_integer


def _of(*parts, name):
    """An attribute that lives in the parts: the first one's is read, all are set."""

    def get(layer):
        return getattr(getattr(layer, parts[0]), name)

    def put(layer, value):
        for part in parts:
            setattr(getattr(layer, part), name, value)

    return property(get, put)


@keras.saving.register_keras_serializable("braintumor")
class SeparableConv3D(layers.Layer):
    """The 3-D twin of `keras.layers.SeparableConv2D`, which Keras lacks.

    A `DepthwiseConv3D` without activation, followed by a 1x1x1 convolution. They are
    the sublayers `depthwise` and `pointwise`, with the weights `depthwise/kernel` and
    `pointwise/kernel`, and a bias each where asked for. Arguments, their order and
    attributes are those of the 2-D layer; `use_depthwise_bias` comes after them.

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
        depthwise_initializer: of the depthwise kernel, with its true fans.
        pointwise_initializer: of the pointwise kernel.
        bias_initializer: of both biases.
        depthwise_regularizer: of the depthwise kernel.
        pointwise_regularizer: of the pointwise kernel.
        bias_regularizer: of both biases.
        activity_regularizer: of the output.
        depthwise_constraint: of the depthwise kernel.
        pointwise_constraint: of the pointwise kernel.
        bias_constraint: of both biases.
        use_depthwise_bias: whether the intermediate channels have a bias, too. Keras
            has none in 2-D, as it adds nothing that the output's bias cannot. Two
            separate layers would have it, though, and papers count its parameters.
        **kwargs: arguments of `keras.layers.Layer`.

    Input shape:
        - `"channels_last"`: `(batch, depth, height, width, channels)`.
        - `"channels_first"`: `(batch, channels, depth, height, width)`.

    Output shape:
        - `"channels_last"`: `(batch, new_depth, new_height, new_width, filters)`.
        - `"channels_first"`: `(batch, filters, new_depth, new_height, new_width)`.

    Raises:
        ValueError: as `DepthwiseConv3D`, or `filters` is no positive integer.

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
        depthwise_initializer="glorot_uniform",
        pointwise_initializer="glorot_uniform",
        bias_initializer="zeros",
        depthwise_regularizer=None,
        pointwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        pointwise_constraint=None,
        bias_constraint=None,
        *,
        use_depthwise_bias=False,
        **kwargs,
    ):
        super().__init__(
            activity_regularizer=keras.regularizers.get(activity_regularizer), **kwargs
        )
        self.rank = 3
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
            one_integer("filters", filters),
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

    filters = _of("pointwise", name="filters")
    kernel_size = _of("depthwise", name="kernel_size")
    strides = _of("depthwise", name="strides")
    padding = _of("depthwise", name="padding")
    data_format = _of("depthwise", "pointwise", name="data_format")
    dilation_rate = _of("depthwise", name="dilation_rate")
    depth_multiplier = _of("depthwise", name="depth_multiplier")
    activation = _of("pointwise", name="activation")
    use_bias = _of("pointwise", name="use_bias")
    use_depthwise_bias = _of("depthwise", name="use_bias")
    depthwise_initializer = _of("depthwise", name="depthwise_initializer")
    pointwise_initializer = _of("pointwise", name="kernel_initializer")
    bias_initializer = _of("pointwise", "depthwise", name="bias_initializer")
    depthwise_regularizer = _of("depthwise", name="depthwise_regularizer")
    pointwise_regularizer = _of("pointwise", name="kernel_regularizer")
    bias_regularizer = _of("pointwise", "depthwise", name="bias_regularizer")
    depthwise_constraint = _of("depthwise", name="depthwise_constraint")
    pointwise_constraint = _of("pointwise", name="kernel_constraint")
    bias_constraint = _of("pointwise", "depthwise", name="bias_constraint")

    @property
    def depthwise_kernel(self):
        """The depthwise kernel, `(depth, height, width, channels, multiplier)`."""
        return self.depthwise.kernel

    @property
    def pointwise_kernel(self):
        """The pointwise kernel, `(1, 1, 1, channels * multiplier, filters)`."""
        return self.pointwise.kernel

    @property
    def bias(self):
        """The output's bias, `(filters,)`, or None."""
        return self.pointwise.bias

    @property
    def dtype_policy(self):
        """The types of weights and values; setting it sets the parts', too."""
        return super().dtype_policy

    @dtype_policy.setter
    def dtype_policy(self, policy):
        layers.Layer.dtype_policy.fset(self, policy)
        self.depthwise.dtype_policy = policy
        self.pointwise.dtype_policy = policy

    def build(self, input_shape):
        self.depthwise.build(input_shape)
        self.pointwise.build(self.depthwise.compute_output_shape(input_shape))

    def call(self, inputs):
        return self.pointwise(self.depthwise(inputs))

    def compute_output_shape(self, input_shape):
        intermediate = self.depthwise.compute_output_shape(input_shape)
        return self.pointwise.compute_output_shape(intermediate)

    def get_config(self):
        config = super().get_config()
        for name in _PLAIN:
            config[name] = getattr(self, name)
        config["activation"] = keras.activations.serialize(self.activation)
        for kind in ("initializer", "regularizer", "constraint"):
            serialize = getattr(keras, f"{kind}s").serialize
            for of in ("depthwise", "pointwise", "bias"):
                config[f"{of}_{kind}"] = serialize(getattr(self, f"{of}_{kind}"))
        config["activity_regularizer"] = keras.regularizers.serialize(
            self.activity_regularizer
        )
        return config


# Arguments that are numbers, names or switches.
_PLAIN = ("filters", "kernel_size", "strides", "padding", "data_format")
_PLAIN += ("dilation_rate", "depth_multiplier", "use_bias", "use_depthwise_bias")
