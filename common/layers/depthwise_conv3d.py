"""A 3-D depthwise convolution: each channel has its own kernels."""

import math
from numbers import Integral

import keras
import numpy as np
from keras import layers, ops

from common.layers import fast_paths
from common.layers.depthwise_portable import portable_depthwise_conv3d


@keras.saving.register_keras_serializable("braintumor")
class DepthwiseConv3D(layers.Layer):
    """The 3-D twin of `keras.layers.DepthwiseConv2D`, which Keras lacks.

    Each input channel is convolved with its own `depth_multiplier` kernels: output
    channel `c * depth_multiplier + m` is input channel `c` convolved with its kernel
    `m`. The kernel's shape is `(depth, height, width, channels, depth_multiplier)`.

    Attributes, arguments and their order are those of the 2-D layer, and so is what
    it does with strides and dilation together.

    Keras overestimates the fan-in of such a kernel by a factor of `channels`, and so
    draws weights that are too small. Here, initializers that scale with the fans
    (Glorot, He, LeCun, `VarianceScaling`) get the true ones (`with_true_fans`).

    Args:
        kernel_size: one integer or three, `(depth, height, width)`.
        strides: one integer or three.
        padding: `"valid"` or `"same"`.
        depth_multiplier: number of output channels per input channel.
        data_format: `"channels_last"`, `"channels_first"` (transposed to
            channels-last and back), or None for Keras's own setting.
        dilation_rate: one integer or three, the distance between taps in voxels.
        activation: function of the output, or None.
        use_bias: whether each output channel has a bias.
        depthwise_initializer: of the kernel; None is `"glorot_uniform"`, too.
        bias_initializer: of the bias; None is `"zeros"`, too.
        depthwise_regularizer: of the kernel.
        bias_regularizer: of the bias.
        activity_regularizer: of the output.
        depthwise_constraint: of the kernel.
        bias_constraint: of the bias.
        **kwargs: arguments of `keras.layers.Layer`.

    Input shape:
        - `"channels_last"`: `(batch, depth, height, width, channels)`.
        - `"channels_first"`: `(batch, channels, depth, height, width)`.

    Output shape:
        With `new_channels = channels * depth_multiplier`:

        - `"channels_last"`: `(batch, new_depth, new_height, new_width,
          new_channels)`.
        - `"channels_first"`: `(batch, new_channels, new_depth, new_height,
          new_width)`.

    Raises:
        ValueError: an argument is out of range, or the input is smaller than the
            kernel.

    Example:

    >>> x = keras.random.normal((2, 10, 12, 14, 3))
    >>> y = DepthwiseConv3D(3, depth_multiplier=2, padding="same")(x)
    >>> tuple(y.shape)
    (2, 10, 12, 14, 6)
    """

    def __init__(
        self,
        kernel_size,
        strides=(1, 1, 1),
        padding="valid",
        depth_multiplier=1,
        data_format=None,
        dilation_rate=(1, 1, 1),
        activation=None,
        use_bias=True,
        depthwise_initializer="glorot_uniform",
        bias_initializer="zeros",
        depthwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(
            activity_regularizer=keras.regularizers.get(activity_regularizer), **kwargs
        )
        self.rank = 3
        self.kernel_size = three_integers("kernel_size", kernel_size)
        self.strides = three_integers("strides", strides)
        self.dilation_rate = three_integers("dilation_rate", dilation_rate)
        self.padding = str(padding).lower()
        self.depth_multiplier = one_integer("depth_multiplier", depth_multiplier)
        self.data_format = data_format or keras.config.image_data_format()
        self.data_format = str(self.data_format).lower()
        self.activation = keras.activations.get(activation)
        self.use_bias = use_bias
        self.depthwise_initializer = keras.initializers.get(
            depthwise_initializer or "glorot_uniform"
        )
        self.bias_initializer = keras.initializers.get(bias_initializer or "zeros")
        self.depthwise_regularizer = keras.regularizers.get(depthwise_regularizer)
        self.bias_regularizer = keras.regularizers.get(bias_regularizer)
        self.depthwise_constraint = keras.constraints.get(depthwise_constraint)
        self.bias_constraint = keras.constraints.get(bias_constraint)
        self._check()

    def _check(self):
        if self.padding not in ("valid", "same"):
            raise ValueError(
                'Expected `padding` "valid" or "same". '
                f"Received: padding={self.padding!r}"
            )
        if self.data_format not in ("channels_last", "channels_first"):
            raise ValueError(
                'Expected `data_format` "channels_last" or "channels_first". '
                f"Received: data_format={self.data_format!r}"
            )

    @property
    def _channel_axis(self):
        return -1 if self.data_format == "channels_last" else 1

    def build(self, input_shape):
        channels = input_shape[self._channel_axis]
        if len(input_shape) != 5 or channels is None:
            raise ValueError(
                "Expected an input of five axes with a known number of channels. "
                f"Received: input_shape={input_shape}"
            )
        self.compute_output_shape(input_shape)
        self.input_spec = layers.InputSpec(ndim=5, axes={self._channel_axis: channels})
        self.kernel = self.add_weight(
            name="kernel",
            shape=(*self.kernel_size, channels, self.depth_multiplier),
            initializer=with_true_fans(self.depthwise_initializer),
            regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(channels * self.depth_multiplier,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def call(self, inputs):
        last = self.data_format == "channels_last"
        x = inputs if last else ops.transpose(inputs, (0, 2, 3, 4, 1))
        x = self.activation(self.convolve(x))
        return x if last else ops.transpose(x, (0, 4, 1, 2, 3))

    def convolve(self, x):
        """Convolves `(batch, depth, height, width, channels)` and adds the bias."""
        fast = fast_paths.depthwise_conv3d
        if fast and fast.accepts(x, self.kernel.shape, self.strides):
            return fast.convolve(
                x, self.kernel, self.bias, self.padding, self.dilation_rate
            )
        return self.convolve_portably(x)

    def convolve_portably(self, x):
        """`convolve` by operations that every backend has."""
        x = portable_depthwise_conv3d(
            x, self.kernel, self.strides, self.padding, self.dilation_rate
        )
        return x + self.bias if self.use_bias else x

    def compute_output_shape(self, input_shape):
        last = self.data_format == "channels_last"
        batch, *sides = input_shape
        channels = sides.pop(-1 if last else 0) * self.depth_multiplier
        spans = [
            (size - 1) * rate + 1
            for size, rate in zip(self.kernel_size, self.dilation_rate, strict=True)
        ]
        if self.padding == "valid":
            sides = [
                side if side is None else side - span + 1
                for side, span in zip(sides, spans, strict=True)
            ]
        if any(side is not None and side < 1 for side in sides):
            raise ValueError(
                f"Expected an input of at least {tuple(spans)} voxels, the kernel's "
                f"span. Received: input_shape={tuple(input_shape)}"
            )
        sides = [
            side if side is None else math.ceil(side / stride)
            for side, stride in zip(sides, self.strides, strict=True)
        ]
        return (batch, *sides, channels) if last else (batch, channels, *sides)

    def get_config(self):
        return {
            **super().get_config(),
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "depth_multiplier": self.depth_multiplier,
            "data_format": self.data_format,
            "dilation_rate": self.dilation_rate,
            "activation": keras.activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "depthwise_initializer": keras.initializers.serialize(
                self.depthwise_initializer
            ),
            "bias_initializer": keras.initializers.serialize(self.bias_initializer),
            "depthwise_regularizer": keras.regularizers.serialize(
                self.depthwise_regularizer
            ),
            "bias_regularizer": keras.regularizers.serialize(self.bias_regularizer),
            "activity_regularizer": keras.regularizers.serialize(
                self.activity_regularizer
            ),
            "depthwise_constraint": keras.constraints.serialize(
                self.depthwise_constraint
            ),
            "bias_constraint": keras.constraints.serialize(self.bias_constraint),
        }


def one_integer(name, value):
    """Returns a positive integer as one of Python's; True is none."""
    if not is_positive_integer(value):
        raise ValueError(
            f"Expected a positive integer for `{name}`. Received: {name}={value!r}"
        )
    return int(value)


def three_integers(name, value):
    """Returns a tuple of three, given one positive integer or three of them."""
    several = isinstance(value, list | tuple | np.ndarray)
    values = tuple(value) if several else (value,) * 3
    if len(values) != 3 or not all(map(is_positive_integer, values)):
        raise ValueError(
            f"Expected one positive integer or three for `{name}`. "
            f"Received: {name}={value!r}"
        )
    return tuple(map(int, values))


def is_positive_integer(value):
    """Whether it is one, of Python or NumPy, and no boolean."""
    return isinstance(value, Integral) and not isinstance(value, bool) and value > 0


def with_true_fans(initializer):
    """Returns an initializer that scales with the true fans of a depthwise kernel.

    Each output sees `depth * height * width` values (the kernel's first three axes),
    and each value is seen by `depth_multiplier` times as many outputs. An initializer
    that does not scale with the fans, or whose axes the user chose, is returned
    unchanged.
    """
    scaling = keras.initializers.VarianceScaling
    if not isinstance(initializer, scaling) or initializer.input_axes is not None:
        return initializer
    return scaling(
        initializer.scale,
        initializer.mode,
        initializer.distribution,
        initializer.seed,
        input_axes=(0, 1, 2),
        output_axes=(0, 1, 2, 4),
    )
