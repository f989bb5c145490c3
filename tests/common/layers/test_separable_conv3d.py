"""Separable convolution in 3-D against its parts and against one dense convolution."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from common.layers import fast_paths
from common.layers.depthwise_conv3d import DepthwiseConv3D
from common.layers.separable_conv3d import SeparableConv3D
from common.layers.tensorflow import depthwise_conv3d as fast
from tests.half_precision import require_half_precision
from tests.rounding import assert_close, sum_room

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
    assert_close(received, dense(x), 2 * dense.kernel[..., 0].numpy().size)
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
    assert_close(received, last(x), 27 + 3)
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


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(
    "strides, rate", [(1, 1), (2, 1), (1, 2), (2, 2), (3, 2), ((1, 2), (3, 1))]
)
def test_is_keras_own_layer_in_a_plane(strides, rate, padding):
    """All arguments by position, and strides together with a dilation."""
    flat = keras.layers.SeparableConv2D(
        4, 3, strides, padding, "channels_last", rate, 2, "relu", True, "he_normal"
    )

    def deep(value):
        return (1, *value) if isinstance(value, tuple) else (1, value, value)

    layer = SeparableConv3D(
        4,
        deep(3),
        deep(strides),
        padding,
        "channels_last",
        deep(rate),
        2,
        "relu",
        True,
        "he_normal",
    )
    x = example((2, 1, 11, 12, 3))
    with_weights(layer, x.shape)
    flat.build(x[:, 0].shape)
    depthwise, pointwise, bias = layer.get_weights()
    flat.set_weights([depthwise[0], pointwise[0], bias])
    assert_close(layer(x)[:, 0], flat(x[:, 0]), 9 + 2 * 3)


TWINS = [
    (SeparableConv3D, keras.layers.SeparableConv2D, (4, 3)),
    (DepthwiseConv3D, keras.layers.DepthwiseConv2D, (3,)),
]


@pytest.mark.parametrize("deep, flat, _", TWINS)
def test_order_and_defaults_of_arguments_are_those_of_keras_own_layer(deep, flat, _):
    def by_position(kind):
        parameters = inspect.signature(kind).parameters.values()
        return [p for p in parameters if p.kind == p.POSITIONAL_OR_KEYWORD]

    for one, other in zip(by_position(deep), by_position(flat), strict=True):
        default = (1, 1, 1) if other.default == (1, 1) else other.default
        assert (one.name, one.default) == (other.name, default)


@pytest.mark.parametrize("deep, flat, arguments", TWINS)
def test_attributes_are_those_of_keras_own_layer(deep, flat, arguments):
    layer, twin = deep(*arguments), flat(*arguments)
    layer.build((None, 8, 8, 8, 3))
    twin.build((None, 8, 8, 3))
    for name, value in vars(twin).items():
        if name.startswith("_") or name in ("rank", "name"):
            continue
        received = getattr(layer, name)
        if isinstance(value, tuple):
            assert received == (*value, value[-1]), name
        elif isinstance(value, keras.Variable):
            assert any(received is weight for weight in layer.weights), name
        elif isinstance(value, int | str):
            assert received == value, name
    assert layer.rank == twin.rank + 1


def test_attributes_set_later_reach_the_parts():
    layer = SeparableConv3D(4, 3, use_depthwise_bias=True)
    layer.activation = keras.activations.relu
    layer.bias_initializer = keras.initializers.Ones()
    layer.pointwise_regularizer = keras.regularizers.L2(0.5)
    y = layer(example())
    assert float(tf.reduce_min(y)) == 0
    assert float(tf.reduce_min(layer.depthwise.bias)) == 1
    assert float(tf.reduce_min(layer.bias)) == 1
    kernel = np.asarray(layer.pointwise_kernel)
    room = sum_room(kernel.size)
    assert float(sum(layer.losses)) == pytest.approx(0.5 * (kernel**2).sum(), rel=room)
    assert layer.get_config()["activation"] == "relu"


@pytest.mark.parametrize("built", [False, True])
def test_a_policy_set_later_reaches_the_parts(built):
    layer = SeparableConv3D(4, 3)
    if built:
        layer.build(SHAPE)
    layer.dtype_policy = "mixed_float16"
    spec = layer(keras.Input(SHAPE[1:]))
    assert spec.dtype == "float16"
    for part in (layer, layer.depthwise, layer.pointwise):
        assert part.dtype_policy.name == "mixed_float16"
    assert layer.depthwise_kernel.dtype == layer.pointwise_kernel.dtype == "float32"
    again = SeparableConv3D.from_config(layer.get_config())
    assert again.depthwise.dtype_policy.name == "mixed_float16"


@pytest.mark.parametrize(
    "options",
    [
        dict(filters=0),
        dict(filters=True),
        dict(filters=4.0),
        dict(filters=None),
        dict(depth_multiplier=0),
        dict(kernel_size=True),
    ],
)
def test_invalid_arguments_are_refused(options):
    with pytest.raises(ValueError, match="Expected.*Received"):
        SeparableConv3D(**{"filters": 4, "kernel_size": 3, **options})


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
    assert_close(loaded(x), expected, 27 + 2 + 64, scale=1)
    model.export(tmp_path / "saved", verbose=False)
    served = tf.saved_model.load(tmp_path / "saved")
    assert_close(served.serve(x), expected, 27 + 2 + 64, scale=1)
