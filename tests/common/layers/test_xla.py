"""With XLA forbidden, a training step holds nothing that XLA must compile."""

import keras
import pytest
import tensorflow as tf

from common.layers import allow_xla
from common.layers.batch_statistics import BatchStatisticsPReLU
from common.layers.depthwise_conv3d import DepthwiseConv3D
from common.layers.instance_normalization import InstanceNormalization

LAYERS = {
    "depthwise": (lambda: DepthwiseConv3D(3, padding="same"), (1, 16, 16, 32, 16)),
    "instance": (InstanceNormalization, (1, 32, 32, 32, 16)),
    "batch": (BatchStatisticsPReLU, (1, 32, 64, 64, 16)),
}


@pytest.fixture(autouse=True)
def restored():
    yield
    allow_xla(True)


def must_compile(name):
    """Whether XLA must compile a part of a layer's forward and backward pass."""
    make, shape = LAYERS[name]
    layer = make()
    layer.build(shape)

    @tf.function
    def step(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(layer(x) ** 2)
        return tape.gradient(loss, [x, *layer.trainable_variables])

    spec = tf.TensorSpec(shape, keras.config.floatx())
    graph = step.get_concrete_function(spec).graph.as_graph_def()
    return any(f.attr["_XlaMustCompile"].b for f in graph.library.function)


@pytest.mark.parametrize("name", LAYERS)
def test_xla_is_used_only_where_it_is_allowed(name):
    assert must_compile(name)
    allow_xla(False)
    assert not must_compile(name)
