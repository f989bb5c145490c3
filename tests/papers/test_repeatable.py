"""Training steps and predictions whose sums do not depend on timing."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from common.layers import fast_paths
from common.layers.depthwise_conv3d import DepthwiseConv3D
from common.training.one_device import OneDevice
from common.training.repeatable import make_repeatable
from tests.graphs import optimized_operations
from tests.half_precision import require_half_precision
from tests.papers.small_steps import CASES, EVERY_TIME, Small

# Beside `AddN`, the kernels that depend on the order in which threads arrive and that
# TensorFlow's op determinism neither replaces nor refuses; and why.
ORDER_DEPENDENT = {
    "AccumulateNV2": "adds each input when it is there",
    "AccumulatorApplyGradient": "adds gradients as they are delivered",
    "ResourceAccumulatorApplyGradient": "adds gradients as they are delivered",
    "NcclAllReduce": "NCCL chooses the tree of additions",
    "NcclReduce": "NCCL chooses the tree of additions",
    "RandomUniform": "draws from a generator that steps share",
    "RandomUniformInt": "draws from a generator that steps share",
    "RandomStandardNormal": "draws from a generator that steps share",
    "TruncatedNormal": "draws from a generator that steps share",
    "RandomShuffle": "draws from a generator that steps share",
}
HALF = "mixed_bfloat16"


def order_dependent(operations):
    """Returns those of counted operations that may have more than one result."""
    return {
        (name, inputs): count
        for (name, inputs), count in operations.items()
        if name in ORDER_DEPENDENT or (name == "AddN" and inputs > 2)
    }


def assert_repeatable(folder, function):
    folder.mkdir()
    operations = optimized_operations(folder, function)
    assert any(name.startswith(("Conv", "_Fused")) for name, _ in operations)
    assert order_dependent(operations) == {}


@pytest.fixture(autouse=True)
def float32():
    """Undoes the precision of a test."""
    yield
    keras.config.set_dtype_policy("float32")


def over_methods(every_time):
    """Parametrizes a test by methods that train; all others are slow."""
    return pytest.mark.parametrize(
        ("paper", "method"),
        [
            pytest.param(
                paper,
                method,
                id=f"{paper.id}-{method.id}",
                marks=[] if method.id in every_time else pytest.mark.slow,
            )
            for paper, method in CASES
        ],
    )


@over_methods(EVERY_TIME)
def test_no_order_dependent_kernel(paper, method, tmp_path):
    small = Small(paper, method)
    assert_repeatable(tmp_path / "step", small.train)
    assert_repeatable(tmp_path / "prediction", small.predict)
    # The only paper with towers, whose gradients are added up, and with an average.
    if paper.id == "hierdice":
        assert small.placement.count > 1 and small.average is not None


# What the separable network of dsunet has more than the other one, in every run. At
# this size a layer is compiled by XLA, or else the portable sum over its taps.
@pytest.mark.parametrize("fast", [True, False], ids=["fast", "portable"])
def test_no_order_dependent_kernel_of_a_depthwise_convolution(
    tmp_path, monkeypatch, fast
):
    make_repeatable()
    monkeypatch.setattr(fast_paths.depthwise_conv3d, "MIN_VALUES", 0 if fast else 1e9)
    layers = keras.layers
    inputs = keras.Input((6, 6, 6, 2))
    before = layers.Conv3D(2, 3, padding="same")(inputs)
    x = DepthwiseConv3D((3, 2, 1), padding="same", dilation_rate=2)(before)
    x = layers.Add()([before, layers.Conv3D(2, 1)(x)])
    model, optimizer = keras.Model(inputs, x), keras.optimizers.SGD(0.1)
    optimizer.build(model.trainable_variables)
    step = OneDevice().make_step(model, keras.losses.MeanSquaredError(), optimizer)
    x = np.random.default_rng(0).random((2, 6, 6, 6, 2), np.float32)
    arrays = tf.constant(x), tf.constant(x[::-1].copy())
    assert_repeatable(tmp_path / "step", lambda: step(*arrays))


# One in every run: half precision changes types and casts, not how sums are built.
@over_methods(("multi",))
def test_no_order_dependent_kernel_in_half_precision(paper, method, tmp_path):
    require_half_precision(HALF)
    small = Small(paper, method, HALF)
    assert_repeatable(tmp_path / "step", small.train)
    assert_repeatable(tmp_path / "prediction", small.predict)
    assert HALF.removeprefix("mixed_") in {x.compute_dtype for x in small.model.layers}


def test_order_dependent_kernels_are_found(tmp_path):
    x = tf.Variable(np.linspace(-1, 1, 1000, dtype=np.float32))

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            value = tf.reduce_sum(tf.sin(x) * tf.cos(x) * tf.sqrt(x + 2.0))
        return tape.gradient(value, x), tf.random.uniform((2,), seed=1)

    assert set(order_dependent(optimized_operations(tmp_path, step))) == {
        ("AddN", 3),
        ("RandomUniform", 1),
    }


def test_optimizer_leaves_chains_of_additions(tmp_path):
    make_repeatable()

    @tf.function
    def chain(a, b, c, d):
        return a * b + b * c + c * d + d * a

    values = [tf.random.stateless_normal((100, 100), (i, 0)) for i in range(4)]
    operations = optimized_operations(tmp_path, chain, *values)
    assert operations["AddV2", 2] == 3
