"""Separable convolution in 3-D against its parts and against one dense convolution."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from common.layers import fast_paths
from common.layers.separable_conv3d import SeparableConv3D
from common.layers.tensorflow import depthwise_conv3d as fast
from tests.half_precision import require_half_precision

SHAPE = (2, 6, 5, 7, 3)


def example(shape=SHAPE, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def with_weights(layer, shape=SHAPE):
    layer.build(shape)
    layer.set_weights(
        [example(weight.shape, i + 1) for i, weight in enumerate(layer.weights)]
    )
    return layer


@pytest.fixture(params=["fast", "portable"])
def path(request, monkeypatch):
    """Sends even small inputs of the depthwise part down one path or the other."""
    if request.param == "portable":
        monkeypatch.setattr(fast_paths, "depthwise_conv3d", None)
    monkeypatch.setattr(fast, "MIN_VALUES", 0)


@pytest.mark.parametrize(
    "options",
    [
        dict(padding="same", use_depthwise_bias=True),
        dict(padding="same", dilation_rate=2, depth_multiplier=2),
        dict(padding="valid", strides=2, use_depthwise_bias=True, use_bias=False),
    ],
)
def test_is_a_dense_convolution_whose_kernel_is_the_product(options):
    """There is no nonlinearity between the parts, so they merge into one kernel."""
    x = example()
    layer = with_weights(SeparableConv3D(4, 3, **options))
    depthwise = layer.depthwise.kernel.numpy()
    pointwise = layer.pointwise.kernel.numpy()[0, 0, 0]
    channels, multiplier = depthwise.shape[3:]
    kernel = np.einsum(
        "dhwcm,cmf->dhwcf", depthwise, pointwise.reshape(channels, multiplier, -1)
    )
    bias = np.zeros(4, np.float32)
    if layer.depthwise.use_bias:
        bias += layer.depthwise.bias.numpy() @ pointwise
    if layer.pointwise.use_bias:
        bias += layer.pointwise.bias.numpy()
    geometry = {
        k: v for k, v in options.items() if k in ("padding", "strides", "dilation_rate")
    }
    dense = layers.Conv3D(4, 3, **geometry)
    dense.build(x.shape)
    dense.set_weights([kernel, bias])
    received = layer(x)
    np.testing.assert_allclose(received, dense(x), rtol=1e-4, atol=1e-4)
    assert tuple(layer.compute_output_shape(x.shape)) == tuple(received.shape)


def test_weights_and_parameters():
    layer = SeparableConv3D(16, 3, use_depthwise_bias=True, name="separable")
    layer.build((None, 8, 8, 8, 16))
    assert [(w.path, tuple(w.shape)) for w in layer.weights] == [
        ("separable/depthwise/kernel", (3, 3, 3, 16, 1)),
        ("separable/depthwise/bias", (16,)),
        ("separable/pointwise/kernel", (1, 1, 1, 16, 16)),
        ("separable/pointwise/bias", (16,)),
    ]
    assert layer.count_params() == 27 * 16 + 16 + 16 * 16 + 16
    plain = SeparableConv3D(16, 3)
    plain.build((None, 8, 8, 8, 16))
    assert plain.count_params() == layer.count_params() - 16


def test_channels_first_is_channels_last_transposed():
    x = example()
    last = with_weights(SeparableConv3D(4, 3, activation="relu"))
    first = SeparableConv3D(4, 3, activation="relu", data_format="channels_first")
    turned = x.transpose(0, 4, 1, 2, 3)
    first.build(turned.shape)
    first.set_weights(last.get_weights())
    received = np.asarray(first(turned)).transpose(0, 2, 3, 4, 1)
    np.testing.assert_allclose(received, last(x), rtol=1e-5, atol=1e-5)
    assert (received >= 0).all()


def test_config_is_complete():
    layer = SeparableConv3D(
        4,
        (3, 1, 2),
        strides=2,
        padding="same",
        data_format="channels_first",
        depth_multiplier=2,
        activation="relu",
        use_bias=False,
        use_depthwise_bias=True,
        depthwise_initializer="he_normal",
        pointwise_initializer="lecun_normal",
        depthwise_regularizer="l2",
        pointwise_regularizer="l1",
        activity_regularizer="l2",
        depthwise_constraint="non_neg",
        pointwise_constraint="unit_norm",
        name="own",
        dtype="mixed_bfloat16",
    )
    again = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(layer)
    )
    assert type(again) is SeparableConv3D
    assert again.get_config() == layer.get_config()
    for part in ("depthwise", "pointwise"):
        parts = [getattr(one, part).get_config() for one in (again, layer)]
        assert parts[0] == parts[1]
    assert again.depthwise.strides == (2, 2, 2)
    assert again.pointwise.strides == (1, 1, 1)


def test_mixed_precision_regularizers_and_gradients():
    require_half_precision("bfloat16")
    layer = SeparableConv3D(
        4,
        3,
        use_depthwise_bias=True,
        depthwise_regularizer="l2",
        pointwise_regularizer="l2",
        dtype="mixed_bfloat16",
    )
    x = tf.constant(example())
    with tf.GradientTape() as tape:
        y = layer(x)
        total = tf.reduce_sum(tf.cast(y, tf.float32) ** 2)
    assert y.dtype == "bfloat16"
    assert all(weight.dtype == "float32" for weight in layer.weights)
    assert len(layer.losses) == 2
    gradients = tape.gradient(total, layer.trainable_variables)
    assert all(float(tf.reduce_max(tf.abs(g))) > 0 for g in gradients)


def test_invalid_arguments_are_refused():
    with pytest.raises(ValueError, match="Expected.*Received"):
        SeparableConv3D(4, 3, depth_multiplier=0)


def network():
    inputs = keras.Input((4, 4, 4, 2))
    options = dict(padding="same", dilation_rate=2, use_depthwise_bias=True)
    x = SeparableConv3D(3, 3, activation="tanh", name="inner", **options)(inputs)
    return keras.Model(inputs, layers.GlobalAveragePooling3D()(x))


@pytest.mark.parametrize("jit_compile", [False, True])
def test_fit(jit_compile, path):
    """The loss falls in two epochs whose last batch is smaller."""
    keras.utils.set_random_seed(0)
    model = network()
    model.compile(keras.optimizers.SGD(0.1), "mse", jit_compile=jit_compile)
    before = model.get_layer("inner").get_weights()
    x, y = example((3, 4, 4, 4, 2)), example((3, 3))
    history = model.fit(x, y, epochs=2, batch_size=2, shuffle=False, verbose=0).history
    assert history["loss"][1] < history["loss"][0]
    after = model.get_layer("inner").get_weights()
    assert len(after) == 4
    for old, new in zip(before, after, strict=True):
        assert np.abs(new - old).max() > 0


def test_saved_and_exported(path, tmp_path):
    """Saved whole by Keras, and exported as a graph that needs no code of ours."""
    x, model = example((3, 4, 4, 4, 2)), network()
    inner = model.get_layer("inner")
    inner.set_weights([example(w.shape, i) for i, w in enumerate(inner.weights)])
    expected = model(x)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert type(loaded.get_layer("inner")) is SeparableConv3D
    np.testing.assert_allclose(loaded(x), expected, rtol=1e-6)
    model.export(tmp_path / "saved", verbose=False)
    served = tf.saved_model.load(tmp_path / "saved")
    np.testing.assert_allclose(served.serve(x), expected, rtol=1e-5, atol=1e-6)
