"""Depthwise convolution in 3-D as a layer: arguments, weights, saving, training."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import initializers, layers

from common.layers import fast_paths
from common.layers.depthwise_conv3d import DepthwiseConv3D
from common.layers.tensorflow import depthwise_conv3d as fast
from tests.half_precision import require_half_precision
from tests.rounding import assert_close

SHAPE = (2, 5, 6, 7, 3)


def example(shape=SHAPE, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def with_weights(layer, shape=SHAPE):
    """Builds the layer and gives every weight a value other than its default."""
    layer.build(shape)
    layer.set_weights(
        [example(weight.shape, i + 1) for i, weight in enumerate(layer.weights)]
    )
    return layer


@pytest.fixture(params=["fast", "portable"])
def path(request, monkeypatch):
    """Sends even small inputs down one path or the other."""
    if request.param == "portable":
        monkeypatch.setattr(fast_paths, "depthwise_conv3d", None)
    monkeypatch.setattr(fast, "MIN_VALUES", 0)


@pytest.mark.parametrize(
    "options",
    [
        dict(padding="same"),
        dict(padding="same", dilation_rate=(1, 3, 2), use_bias=False),
        dict(padding="valid", activation="relu", depth_multiplier=2),
        dict(padding="same", strides=2),
        dict(padding="valid", strides=(1, 2, 3), depth_multiplier=3),
    ],
)
def test_equals_convolution_with_as_many_groups(options, path):
    x = example()
    layer = with_weights(DepthwiseConv3D((3, 2, 3), **options))
    multiplier = options.pop("depth_multiplier", 1)
    plain = layers.Conv3D(3 * multiplier, (3, 2, 3), groups=3, **options)
    plain.build(x.shape)
    kernel, *bias = layer.get_weights()
    plain.set_weights([kernel.reshape(plain.kernel.shape), *bias])
    expected = plain(x)
    assert_close(layer(x), expected, layer.kernel[..., 0, 0].numpy().size + 1)
    assert tuple(layer.compute_output_shape(x.shape)) == tuple(expected.shape)


@pytest.mark.parametrize("options", [dict(padding="same"), dict(strides=(2, 1, 2))])
def test_channels_first_is_channels_last_transposed(options, path):
    x = example()
    last = with_weights(DepthwiseConv3D(3, depth_multiplier=2, **options))
    first = DepthwiseConv3D(
        3, depth_multiplier=2, data_format="channels_first", **options
    )
    turned = x.transpose(0, 4, 1, 2, 3)
    first.build(turned.shape)
    first.set_weights(last.get_weights())
    received = np.asarray(first(turned))
    assert received.shape == tuple(first.compute_output_shape(turned.shape))
    assert_close(received.transpose(0, 2, 3, 4, 1), last(x), 27 + 1)


def test_a_channel_sees_only_itself(path):
    x = np.zeros(SHAPE, np.float32)
    x[..., 1] = 1
    y = np.asarray(with_weights(DepthwiseConv3D(3, use_bias=False))(x))
    assert np.abs(y[..., 1]).min() > 0
    assert not y[..., [0, 2]].any()


@pytest.mark.parametrize("name", ["mixed_bfloat16", "mixed_float16", "float64"])
def test_precision(name, path):
    require_half_precision(name)
    x = example()
    expected = with_weights(DepthwiseConv3D(3, padding="same"))(x)
    layer = with_weights(DepthwiseConv3D(3, padding="same", dtype=name))
    y = layer(tf.cast(x, layer.compute_dtype))
    assert y.dtype == name.removeprefix("mixed_")
    assert layer.kernel.dtype == ("float64" if name == "float64" else "float32")
    size = float(np.abs(expected).max())
    # Some units of bfloat16, of 8 binary digits; of the others more.
    np.testing.assert_allclose(tf.cast(y, tf.float32), expected, atol=2e-2 * size)


@pytest.mark.parametrize("name", ["glorot_uniform", "he_normal", "lecun_uniform"])
def test_initializers_get_the_true_fans(name):
    """The deviation is that of a kernel of one channel, however many there are."""
    scaling = initializers.get(name)
    fans = {"fan_in": 27, "fan_avg": (27 + 27 * 2) / 2}
    layer = DepthwiseConv3D(3, depth_multiplier=2, depthwise_initializer=scaling)
    layer.build((None, 8, 8, 8, 500))
    expected = np.sqrt(scaling.scale / fans[scaling.mode])
    assert float(np.std(layer.kernel)) == pytest.approx(expected, rel=0.02)
    assert layer.get_config()["depthwise_initializer"] == initializers.serialize(
        scaling
    )


def test_default_initializer_and_one_without_fans():
    layer = DepthwiseConv3D(3)
    layer.build((None, 8, 8, 8, 500))
    assert float(np.std(layer.kernel)) == pytest.approx(np.sqrt(1 / 27), rel=0.02)
    layer = DepthwiseConv3D(3, depthwise_initializer="ones", bias_initializer="ones")
    layer.build(SHAPE)
    assert all((np.asarray(weight) == 1).all() for weight in layer.weights)


def test_axes_that_the_user_chose_are_kept():
    scaling = initializers.GlorotUniform(input_axes=(3,), output_axes=(3,))
    layer = DepthwiseConv3D(3, depthwise_initializer=scaling)
    layer.build((None, 8, 8, 8, 500))
    assert float(np.std(layer.kernel)) == pytest.approx(np.sqrt(1 / 500), rel=0.02)


def test_regularizers_and_constraints():
    layer = DepthwiseConv3D(
        3,
        depthwise_regularizer="l2",
        bias_regularizer="l1",
        activity_regularizer="l2",
        depthwise_constraint="non_neg",
        bias_constraint="non_neg",
    )
    y = layer(example())
    assert len(layer.losses) == 3
    kernel = np.asarray(layer.kernel)
    penalties = 0.01 * (kernel**2).sum(), 0.01 * (np.asarray(y) ** 2).sum() / len(y)
    for penalty in penalties:
        assert any(float(v) == pytest.approx(penalty, rel=1e-4) for v in layer.losses)
    assert isinstance(layer.kernel.constraint, keras.constraints.NonNeg)
    assert isinstance(layer.bias.constraint, keras.constraints.NonNeg)


def test_config_is_complete():
    layer = DepthwiseConv3D(
        (3, 1, 2),
        padding="SAME",
        depth_multiplier=2,
        data_format="channels_first",
        dilation_rate=2,
        activation="relu",
        use_bias=False,
        depthwise_initializer="he_normal",
        depthwise_regularizer="l2",
        activity_regularizer="l1",
        bias_constraint="non_neg",
        name="own",
    )
    again = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(layer)
    )
    assert type(again) is DepthwiseConv3D
    assert again.get_config() == layer.get_config()
    assert again.padding == "same"
    assert again.dilation_rate == (2, 2, 2)


@pytest.mark.parametrize(
    "options",
    [
        dict(kernel_size=(3, 3)),
        dict(kernel_size=0),
        dict(kernel_size=True),
        dict(kernel_size=(3, 3, True)),
        dict(kernel_size="333"),
        dict(kernel_size=None),
        dict(strides=True),
        dict(depth_multiplier=True),
        dict(depth_multiplier=1.5),
        dict(depth_multiplier=None),
        dict(strides=(1, 0, 1)),
        dict(dilation_rate=1.5),
        dict(padding="causal"),
        dict(depth_multiplier=0),
        dict(data_format="NDHWC"),
    ],
)
def test_invalid_arguments_are_refused(options):
    with pytest.raises(ValueError, match="Expected.*Received"):
        DepthwiseConv3D(**{"kernel_size": 3, **options})


def test_integers_of_numpy_become_pythons():
    layer = DepthwiseConv3D(
        np.array([3, 1, 2]), np.int64(2), depth_multiplier=np.int8(2)
    )
    assert json.loads(json.dumps(layer.get_config()))["kernel_size"] == [3, 1, 2]
    assert (layer.strides, layer.depth_multiplier) == ((2, 2, 2), 2)


@pytest.mark.parametrize("shape", [(2, 5, 6, 7), (2, 5, 6, 7, None), (2, 2, 6, 7, 3)])
def test_invalid_inputs_are_refused(shape):
    with pytest.raises(ValueError, match="Expected an input"):
        DepthwiseConv3D(3).build(shape)


def network(side=4):
    """A network with few taps, of which compiled kernels have a line each."""
    inputs = keras.Input((side, side, side, 2))
    x = DepthwiseConv3D((3, 2, 1), padding="same", dilation_rate=2, name="inner")(
        inputs
    )
    return keras.Model(inputs, layers.GlobalAveragePooling3D()(x))


@pytest.mark.parametrize("jit_compile", [False, True])
def test_fit(jit_compile, path):
    """The loss falls in two epochs whose last batch is smaller."""
    keras.utils.set_random_seed(0)
    model = network()
    model.compile(keras.optimizers.SGD(0.1), "mse", jit_compile=jit_compile)
    before = model.layers[1].get_weights()
    x, y = example((3, 4, 4, 4, 2)), example((3, 2))
    history = model.fit(x, y, epochs=2, batch_size=2, shuffle=False, verbose=0).history
    assert history["loss"][1] < history["loss"][0]
    for old, new in zip(before, model.layers[1].get_weights(), strict=True):
        assert np.abs(new - old).max() > 0


def test_saved_and_exported(path, tmp_path):
    x, model = example((3, 4, 4, 4, 2)), network()
    expected = model(x)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert_close(loaded(x), expected, 6 + 64, scale=1)
    model.export(tmp_path / "saved", verbose=False)
    served = tf.saved_model.load(tmp_path / "saved")
    assert_close(served.serve(x), expected, 6 + 64, scale=1)


def test_unknown_sides(path):
    layer = with_weights(DepthwiseConv3D(3, strides=2, padding="same"))
    assert layer(keras.Input((None, 6, None, 3))).shape == (None, None, 3, None, 3)
    graph = tf.function(
        layer, input_signature=[tf.TensorSpec((None,) * 4 + (3,), tf.float32)]
    )
    assert_close(graph(example()), layer(example()), 27 + 1)
