"""Every kind of derivative of layers with fast paths, against plain formulas."""

from functools import cache

import numpy as np
import pytest
import tensorflow as tf

from common.layers import fast_paths
from common.layers.batch_normalization import FusedBatchNormalization
from common.layers.batch_statistics import BatchStatisticsPReLU
from common.layers.depthwise_conv3d import DepthwiseConv3D
from common.layers.depthwise_portable import portable_depthwise_conv3d
from common.layers.instance_normalization import InstanceNormalization, plain_normalize
from common.layers.small_map_conv2d import SmallMapConv2D
from tests.rounding import assert_close


def depthwise(padding, rates):
    def plain(x, kernel, bias):
        return bias + portable_depthwise_conv3d(x, kernel, (1, 1, 1), padding, rates)

    return plain


def standardized(x, epsilon):
    """Not by `tf.nn.moments`, whose second derivatives take the mean as constant."""
    axes = tuple(range(len(x.shape) - 1))
    centered = x - tf.reduce_mean(x, axes)
    return centered * tf.math.rsqrt(tf.reduce_mean(centered**2, axes) + epsilon)


def normalized_prelu(x, beta, gamma, alpha):
    y = standardized(x, 1e-5) * gamma + beta
    return tf.where(y > 0, y, alpha * y)


# Each layer, its input's shape, and its formula, of the input and the weights.
VOLUMES = (2, 3, 4, 5, 2)
# A few passes forward and backward, with sums over all voxels in each.
TERMS = 16 * 2 * 3 * 4 * 5
LAYERS = {
    "depthwise": (
        lambda: DepthwiseConv3D((3, 2, 1), padding="same"),
        VOLUMES,
        depthwise("same", (1, 1, 1)),
    ),
    # There are taps and voxels that meet nothing.
    "depthwise_wide": (
        lambda: DepthwiseConv3D(2, padding="same", dilation_rate=3),
        (2, 2, 4, 5, 2),
        depthwise("same", (3, 3, 3)),
    ),
    "instance": (
        lambda: InstanceNormalization(negative_slope=0.1),
        VOLUMES,
        lambda *arguments: plain_normalize(*arguments, 1e-3, 0.1),
    ),
    "batch_statistics": (BatchStatisticsPReLU, VOLUMES, normalized_prelu),
    "batch": (
        FusedBatchNormalization,
        (2, 4, 5, 2),
        lambda x, gamma, beta: standardized(x, 1e-3) * gamma + beta,
    ),
    "small_map": (
        lambda: SmallMapConv2D(3, 3, 2, "same"),
        (2, 4, 5, 2),
        lambda x, kernel, bias: tf.nn.conv2d(x, kernel, 2, "SAME") + bias,
    ),
}


@pytest.fixture(autouse=True)
def compiled(monkeypatch):
    """Sends even small inputs down the fast paths."""
    for name in ("depthwise_conv3d", "instance_normalization", "batch_statistics"):
        monkeypatch.setattr(getattr(fast_paths, name), "MIN_VALUES", 0)
    monkeypatch.setattr(fast_paths.small_map_conv2d, "LEAST_WEIGHTS", 0)


class Problem:
    """A scalar that curves with all that it depends on, and a direction.

    Args:
        function: of the arguments.
        arguments: tensors.
    """

    def __init__(self, function, arguments):
        self.function, self.arguments = function, arguments
        random = np.random.default_rng(1)
        self.directions = [
            tf.constant(random.normal(size=a.shape), a.dtype) for a in arguments
        ]

    def scalar(self):
        y = self.function(*self.arguments)
        return tf.reduce_sum(tf.sin(y) * tf.range(1, 1 + y.shape[-1], dtype=y.dtype))

    def gradients(self):
        with tf.GradientTape() as tape:
            tape.watch(self.arguments)
            value = self.scalar()
        return tape.gradient(value, self.arguments)

    def second_order(self):
        """Gradients of the gradients' product with the direction."""
        return self.along(self.gradients)

    def third_order(self):
        return self.along(self.second_order)

    def along(self, gradients):
        with tf.GradientTape() as tape:
            tape.watch(self.arguments)
            slopes = zip(gradients(), self.directions, strict=True)
            product = sum(tf.reduce_sum(one * other) for one, other in slopes)
        return tape.gradient(product, self.arguments)

    def forward(self):
        with tf.autodiff.ForwardAccumulator(self.arguments, self.directions) as ahead:
            value = self.scalar()
        return [ahead.jvp(value)]

    def forward_over_backward(self):
        with tf.autodiff.ForwardAccumulator(self.arguments, self.directions) as ahead:
            gradients = self.gradients()
        return [ahead.jvp(gradient) for gradient in gradients]

    def jacobian(self):
        with tf.GradientTape() as tape:
            tape.watch(self.arguments)
            sums = tf.reduce_sum(self.function(*self.arguments) ** 2, (1, 2, 3))
        return tape.jacobian(sums, self.arguments)


@cache
def exact(name, kind):
    """What a layer's formula gives, in float64."""
    return getattr(layer_and_formula(name)[1], kind)()


def layer_and_formula(name):
    """The same problem by the layer in float32 and by its formula in float64."""
    make, shape, plain = LAYERS[name]
    layer = make()
    layer.build(shape)
    random = np.random.default_rng(0)
    for weight in layer.trainable_variables:
        weight.assign(0.7 + 0.1 * random.normal(size=weight.shape))
    x = tf.constant(random.normal(size=shape), tf.float32)
    arguments = [x, *(weight.value for weight in layer.trainable_variables)]
    doubles = [tf.cast(argument, tf.float64) for argument in arguments]
    return (
        Problem(lambda x, *_: layer(x, training=True), arguments),
        Problem(plain, doubles),
    )


def assert_same(received, wanted):
    for one, other in zip(received, wanted, strict=True):
        size = float(tf.reduce_max(tf.abs(other)))
        assert size > 0
        assert_close(one, other, TERMS, size)


@pytest.mark.parametrize("kind", ["second_order", "forward", "forward_over_backward"])
@pytest.mark.parametrize("name", ["depthwise", "depthwise_wide"])
def test_derivatives_of_a_depthwise_convolution(name, kind):
    layer, _ = layer_and_formula(name)
    assert_same(getattr(layer, kind)(), exact(name, kind))


@pytest.mark.parametrize("kind", ["third_order", "jacobian"])
def test_more_derivatives_of_a_depthwise_convolution(kind):
    layer, _ = layer_and_formula("depthwise")
    assert_same(getattr(layer, kind)(), exact("depthwise", kind))


@pytest.mark.parametrize("kind", ["second_order", "forward"])
@pytest.mark.parametrize("name", [name for name in LAYERS if name != "depthwise_wide"])
def test_derivatives_in_a_graph(name, kind):
    layer, _ = layer_and_formula(name)
    received = tf.function(getattr(layer, kind))()
    assert_same(received, exact(name, kind))


@pytest.mark.parametrize("kind", ["second_order", "forward_over_backward"])
@pytest.mark.parametrize("name", ["instance", "batch_statistics"])
def test_derivatives_of_portable_statistics(name, kind):
    layer, _ = layer_and_formula(name)
    path = {"instance": "instance_normalization"}.get(name, name)
    with fast_paths.portable(path):
        received = getattr(layer, kind)()
    assert_same(received, exact(name, kind))


def test_forward_over_backward_in_a_graph():
    layer, _ = layer_and_formula("depthwise")
    received = tf.function(layer.forward_over_backward)()
    assert_same(received, exact("depthwise", "forward_over_backward"))


# Of the others, two take the mean over no examples, and one is TensorFlow's own.
@pytest.mark.parametrize("name", ["depthwise", "instance"])
@pytest.mark.parametrize("size", [0, None], ids=["known", "unknown"])
def test_empty_batch(name, size):
    """A batch may be empty where data sets are shared or filtered."""
    make, (_, *shape), _ = LAYERS[name]
    layer = make()
    layer.build((None, *shape))

    @tf.function(input_signature=[tf.TensorSpec((size, *shape))])
    def step(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
        return y, *tape.gradient(y, [x, *layer.trainable_variables])

    y, dx, *gradients = step(tf.zeros((0, *shape)))
    assert tuple(y.shape) == layer.compute_output_shape((0, *shape))
    assert tuple(dx.shape) == (0, *shape)
    for gradient, weight in zip(gradients, layer.trainable_variables, strict=True):
        assert gradient.shape == weight.shape
        assert not np.any(gradient)
