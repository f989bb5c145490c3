"""Both networks against the published totals and their description, role by role."""

import math
from collections import Counter

import keras
import numpy as np
import pytest
import tensorflow as tf

from common.blank import blank
from papers.dsunet.cost import giga_macs
from papers.dsunet.dilation import SCHEDULES
from papers.dsunet.losses import LabelDice
from papers.dsunet.networks import isensee2017, separable_unet
from papers.dsunet.protocol import Network
from tests.rounding import assert_close, sum_room

SMALL = (32, 32, 32, 4)
FILTERS = (16, 32, 64, 128, 256)


@pytest.mark.parametrize(
    "build, labels, options, total",
    [
        (isensee2017, 1, {}, 8_269_331),  # published
        (isensee2017, 3, {}, 8_269_561),
        (isensee2017, 4, {}, 8_269_676),
        (separable_unet, 3, {}, 3_757_945),  # published
        (separable_unet, 1, {}, 3_757_715),
        (separable_unet, 4, {}, 3_758_060),
        (separable_unet, 3, {"mid_norm": True}, 3_757_945),
    ],
)
def test_totals(build, labels, options, total):
    model = blank(build, (128, 128, 128, 4), labels, **options)
    assert model.count_params() == total
    assert not model.non_trainable_weights
    assert model.output_shape == (None, 128, 128, 128, labels)


def test_totals_need_no_arguments_but_the_labels():
    assert blank(isensee2017, labels=1).count_params() == 8_269_331
    assert blank(separable_unet, labels=3).count_params() == 3_757_945
    assert blank(separable_unet).input_shape == (None, 128, 128, 128, 4)


def convolution(before, after, kernel=27):
    """Parameters of a convolution with bias and of its normalization."""
    return kernel * before * after + 3 * after


def by_role(labels, separable):
    """The same counts from formulas alone."""
    halves = [(2 * width, width) for width in FILTERS[-2::-1]]
    return {
        "first": convolution(4, 16),
        "down": sum(map(convolution, FILTERS[:-1], FILTERS[1:])),
        "context": sum(
            2 * (c * c + 31 * c if separable else 27 * c * c + 3 * c) for c in FILTERS
        ),
        "up": sum(convolution(*pair) for pair in halves),
        "local_0": sum(convolution(*pair) for pair in halves),
        "local_1": sum(convolution(c, c, kernel=1) for c in FILTERS[:-1]),
        "map": sum(labels * (c + 1) for c in FILTERS[:3]),
    }


def role_of(name):
    stem = name.split("_")[0]
    role = stem.rstrip("0123456789")
    if stem == "down0":
        return "first"
    return f"{role}_{name.split('_')[1]}" if role == "local" else role


@pytest.mark.parametrize("build, labels", [(isensee2017, 1), (separable_unet, 3)])
def test_parameters_of_each_role(build, labels):
    received = Counter()
    for layer in blank(build, SMALL, labels).layers:
        if layer.weights:
            received[role_of(layer.name)] += layer.count_params()
    printed = {
        "first": 1_776,
        "down": 1_176_480,
        "context": 205_344 if build is separable_unet else 4_716_960,
        "up": 1_175_760,
        "local_0": 1_175_760,
        "local_1": 22_480,
        "map": 345 if labels == 3 else 115,
    }
    assert dict(received) == printed
    assert by_role(labels, build is separable_unet) == printed


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_rates_follow_the_level_down_and_up(schedule):
    model = blank(separable_unet, SMALL, dilation=schedule)
    assert model.count_params() == 3_757_945
    rates = SCHEDULES[schedule]
    for level, rate in enumerate(rates):
        for number in (0, 1):
            layer = model.get_layer(f"context{level}_{number}_depth")
            assert layer.dilation_rate == (rate,) * 3
        down = model.get_layer(f"down{level}_conv")
        assert down.dilation_rate == (1, 1, 1)
        assert down.strides == ((1 if level == 0 else 2),) * 3
        if level < 4:
            assert model.get_layer(f"local{level}_0_conv").dilation_rate == (rate,) * 3
            assert model.get_layer(f"up{level}_conv").dilation_rate == (1, 1, 1)
    assert set(SCHEDULES) == set(
        Network.__dataclass_fields__["dilation"].metadata["limits"].options
    )


@pytest.mark.parametrize(
    "schedule, field", [("flat", 157), ("half", 397), ("linear", 549), ("pow2", 1397)]
)
def test_receptive_field_of_the_way_down(schedule, field):
    """By an impulse through the layers' own strides and rates, on one axis."""
    model = blank(separable_unet, SMALL, dilation=schedule)
    names = [
        name
        for level in range(5)
        for name in (f"down{level}_conv", *(f"context{level}_{n}_depth" for n in "01"))
    ]
    inputs = x = keras.Input((2048, 1))
    for name in names:
        layer = model.get_layer(name)
        x = keras.layers.Conv1D(
            1,
            layer.kernel_size[0],
            strides=layer.strides[0],
            dilation_rate=layer.dilation_rate[0],
            padding="same",
            kernel_initializer="ones",
        )(x)
    chain = keras.Model(inputs, x)
    image = tf.ones((1, 2048, 1))
    with tf.GradientTape() as tape:
        tape.watch(image)
        middle = chain(image)[0, 64, 0]
    seen = np.flatnonzero(tape.gradient(middle, image)[0, :, 0])
    assert seen[-1] - seen[0] + 1 == field


def test_flat_schedule_of_the_baseline():
    rates = {
        layer.dilation_rate
        for layer in blank(isensee2017, SMALL).layers
        if isinstance(layer, keras.layers.Conv3D)
    }
    assert rates == {(1, 1, 1)}


@pytest.mark.parametrize("build, dead", [(separable_unet, 3_200), (isensee2017, 2_208)])
def test_biases_before_a_normalization_have_no_gradient(build, dead):
    """Exactly those that the spec counts; every other weight has one.

    In a network of an eighth of the width, which has an eighth of the biases.
    """
    keras.config.set_dtype_policy("float64")
    try:
        keras.utils.set_random_seed(0)
        model = build(SMALL, base_filters=2)
    finally:
        keras.config.set_dtype_policy("float32")
    random = np.random.default_rng(0)
    x = random.normal(size=(1, *SMALL))
    truth = random.random((1, 32, 32, 32, 3)) < 0.3
    with tf.GradientTape() as tape:
        loss = LabelDice()(truth, model(x, training=False))
    gradients = tape.gradient(loss, model.trainable_variables)
    largest = {
        weight.path: float(np.abs(gradient).max())
        for weight, gradient in zip(model.trainable_variables, gradients, strict=True)
    }
    zero = {path for path, size in largest.items() if size < 1e-13}
    sizes = {weight.path: math.prod(weight.shape) for weight in model.weights}
    assert 8 * sum(sizes[path] for path in zero) == dead
    assert {path.rsplit("/")[-1] for path in zero} == {"bias"}
    assert min(size for path, size in largest.items() if path not in zero) > 1e-9


def test_output_is_the_sum_of_three_maps():
    model = separable_unet(SMALL, base_filters=2)
    inner = keras.Model(
        model.inputs[0],
        [*(model.get_layer(f"map{level}").output for level in (0, 1, 2)), model.output],
    )
    x = np.random.default_rng(0).normal(size=(1, *SMALL)).astype(np.float32)
    fine, middle, coarse, output = map(np.asarray, inner(x))
    for axis in (1, 2, 3):
        middle = np.repeat(middle, 2, axis)
        coarse = np.repeat(coarse, 4, axis)
    total = fine + middle + coarse
    # A sum of three, whose errors a sigmoid quarters.
    room = sum_room(3, max(np.abs(total).max(), 1))
    np.testing.assert_allclose(output, 1 / (1 + np.exp(-total)), rtol=0, atol=room)


def test_context_modules_are_added_to_their_input():
    model = separable_unet(SMALL, base_filters=2)
    inner = keras.Model(
        model.inputs[0],
        [
            model.get_layer(f"{name}").output
            for name in ("down1_norm", "context1_1_norm", "context1_add")
        ],
    )
    x = np.random.default_rng(0).normal(size=(1, *SMALL)).astype(np.float32)
    before, module, after = map(np.asarray, inner(x))
    assert_close(after, before + module, 1)


@pytest.mark.parametrize(
    "build, expected", [(separable_unet, 124.8), (isensee2017, 176.4)]
)
def test_arithmetic_at_the_published_size(build, expected):
    assert giga_macs(blank(build)) == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize("shape", [(16, 32, 32, 4), (40, 32, 32, 4), (32, 32, 4)])
def test_shapes_that_do_not_fit(shape):
    with pytest.raises(ValueError, match="input_shape"):
        separable_unet(shape)


@pytest.mark.parametrize(
    "options, word",
    [({"dilation": "steep"}, "dilation"), ({"labels": 0}, "labels")],
)
def test_arguments_that_do_not_fit(options, word):
    with pytest.raises(ValueError, match=word):
        separable_unet(SMALL, **options)
