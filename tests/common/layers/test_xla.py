"""Where XLA is forbidden, and in exports, there is nothing that XLA must compile."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from common.layers import allow_xla
from common.layers.batch_statistics import BatchStatisticsPReLU
from common.layers.depthwise_conv3d import DepthwiseConv3D
from common.layers.instance_normalization import InstanceNormalization
from tests.rounding import assert_close

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
    return is_compiled(step.get_concrete_function(spec).graph)


def is_compiled(graph):
    functions = graph.as_graph_def().library.function
    return any(function.attr["_XlaMustCompile"].b for function in functions)


@pytest.mark.parametrize("name", LAYERS)
def test_xla_is_used_only_where_it_is_allowed(name):
    assert must_compile(name)
    allow_xla(False)
    assert not must_compile(name)


@pytest.mark.parametrize("name", LAYERS)
def test_exports_hold_no_kernels_of_xla(name, tmp_path):
    """Other programs refuse them; the model itself goes on as before."""
    make, shape = LAYERS[name]
    inputs = keras.Input(batch_shape=shape)
    model = keras.Model(inputs, make()(inputs))
    x = tf.random.stateless_normal(shape, (1, 2))
    expected = model(x)
    signature = [keras.InputSpec(shape=shape, dtype="float32")]
    model.export(tmp_path / "keras", input_signature=signature, verbose=False)
    tf.saved_model.save(model, str(tmp_path / "tensorflow"))
    for folder in ("keras", "tensorflow"):
        served = tf.saved_model.load(str(tmp_path / folder)).signatures
        assert not is_compiled(served["serving_default"].graph)
        (received,) = served["serving_default"](x).values()
        terms = 27 if name == "depthwise" else np.prod(shape[1:-1])
        assert_close(received, expected, terms)
    assert must_compile(name)
