"""Instance normalization on both paths, against NumPy and finite differences."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from common.layers.instance_normalization import (
    InstanceNormalization,
    plain_normalize,
)
from common.layers.tensorflow import instance_normalization as fast
from tests.rounding import assert_close

EPSILON, SLOPE = 0.3, 0.25


def parts(seed=0, shape=(2, 3, 4, 5, 3), dtype=np.float64):
    """Returns input, gamma, beta and the weights of a sum over the output."""
    random = np.random.default_rng(seed)
    x = random.normal(2, 3, shape).astype(dtype)
    gamma, beta = random.uniform(-2, 2, (2, shape[-1])).astype(dtype)
    return x, gamma, beta, random.normal(size=shape).astype(dtype)


def by_definition(x, gamma, beta, epsilon=EPSILON, slope=SLOPE):
    y = np.empty_like(x)
    for i, c in np.ndindex(len(x), x.shape[-1]):
        one = x[i, ..., c]
        y[i, ..., c] = (one - one.mean()) / (one.std() + epsilon) * gamma[c] + beta[c]
    return np.where(y > 0, y, slope * y)


def with_gradients(normalize, x, gamma, beta, weights):
    variables = [tf.convert_to_tensor(v) for v in (x, gamma, beta)]
    with tf.GradientTape() as tape:
        tape.watch(variables)
        y = normalize(*variables, EPSILON, SLOPE)
        total = tf.reduce_sum(weights * y)
    return y, *tape.gradient(total, variables)


@pytest.mark.parametrize("shape", [(2, 3, 4, 5, 3), (3, 7, 2), (1, 4, 4, 1)])
def test_definition(shape):
    x, gamma, beta, _ = parts(shape=shape)
    layer = InstanceNormalization(EPSILON, SLOPE, dtype="float64")
    layer.build(shape)
    layer.set_weights([gamma, beta])
    received = layer(x)
    np.testing.assert_allclose(received, by_definition(x, gamma, beta), atol=1e-7)
    assert received.dtype == "float64"
    plain = plain_normalize(x, gamma, beta, EPSILON, SLOPE)
    np.testing.assert_allclose(plain, by_definition(x, gamma, beta), atol=1e-12)


@pytest.mark.parametrize("normalize", [plain_normalize, fast.normalize])
def test_gradients_are_finite_differences(normalize):
    *inputs, weights = parts(shape=(2, 3, 2, 2))
    _, *received = with_gradients(normalize, *inputs, weights)
    step = 1e-6
    for position, gradient in enumerate(received):
        for index in np.ndindex(*gradient.shape):
            sums = []
            for sign in (1, -1):
                moved = [value.copy() for value in inputs]
                moved[position][index] += sign * step
                sums.append((weights * by_definition(*moved)).sum())
            slope = (sums[0] - sums[1]) / (2 * step)
            assert gradient[index].numpy() == pytest.approx(slope, abs=2e-6)


@pytest.mark.parametrize("min_values", [1, 1 << 30])
@pytest.mark.parametrize("compiled", [False, True])
def test_both_paths_are_equal(compiled, min_values, monkeypatch):
    monkeypatch.setattr(fast, "MIN_VALUES", min_values)
    arguments = parts(dtype=np.float32, shape=(3, 6, 5, 4, 7))
    graph = tf.function(
        lambda *values: with_gradients(fast.normalize, *values), jit_compile=compiled
    )
    pairs = zip(
        graph(*arguments), with_gradients(plain_normalize, *arguments), strict=True
    )
    for received, expected in pairs:
        assert_close(received, expected, 4 * arguments[0][0, ..., 0].size)


@pytest.mark.parametrize("normalize", [plain_normalize, fast.normalize])
@pytest.mark.parametrize("side", [1, 4])
def test_constant_channels_become_beta_and_have_no_gradient(normalize, side):
    """A single voxel is constant by itself."""
    _, gamma, beta, weights = parts(shape=(2, side, side, side, 3))
    x = np.full(weights.shape, 5.0)
    y, dx, dgamma, dbeta = with_gradients(normalize, x, gamma, beta, weights)
    expected = np.where(beta > 0, beta, SLOPE * beta)
    np.testing.assert_allclose(y, np.broadcast_to(expected, y.shape), rtol=1e-6)
    assert np.isfinite(dx).all() and np.isfinite(dbeta).all()
    np.testing.assert_allclose(dgamma, 0, atol=1e-12)
    np.testing.assert_allclose(np.sum(dx, (1, 2, 3)), 0, atol=1e-10)


def test_epsilon_is_added_to_the_deviation():
    """Keras's group normalization adds epsilon to the variance instead."""
    x, *_ = parts(dtype=np.float32)
    small = 0.01 * x
    received = np.asarray(InstanceNormalization(epsilon=0.5)(small))
    other = np.asarray(keras.layers.GroupNormalization(-1, epsilon=0.5)(small))
    deviation = small.std((1, 2, 3))
    # 1 / (s + e) against 1 / sqrt(s^2 + e).
    ratio = np.sqrt(deviation**2 + 0.5) / (deviation + 0.5)
    expected = other * ratio[:, None, None, None]
    assert_close(received, expected, 4 * small[0, ..., 0].size)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_statistics_are_not_in_half_precision(policy):
    """Such squares exceed float16's range, and their sum bfloat16's digits."""
    x = parts(dtype=np.float32)[0] * 1000
    half = InstanceNormalization(dtype=policy)(x)
    assert half.dtype == policy.removeprefix("mixed_")
    whole = np.asarray(InstanceNormalization()(x))
    np.testing.assert_allclose(np.asarray(half, np.float32), whole, atol=0.03)


def test_training_keeps_no_copy_of_its_own():
    """The gradient of a chain of layers holds only the input of each."""

    def kept(normalize):
        x, gamma, beta, _ = parts(shape=(1, 4, 4, 4, 2), dtype=np.float32)
        with tf.Graph().as_default() as graph:
            x = tf.constant(x)
            y = normalize(x, gamma, beta, EPSILON, SLOPE)
            before = set(graph.get_operations())
            tf.gradients(y, x)
            after = [op for op in graph.get_operations() if op not in before]
            used = {t.name: t for op in after for t in op.inputs if t.op in before}
            large = [t for t in used.values() if t.shape == x.shape and t is not x]
            # Leaves out constants, and input and output that are only passed on.
            return [t for t in large if t.op.type not in ("Const", "IdentityN")]

    assert len(kept(fast.normalize)) == 0
    assert len(kept(plain_normalize)) > 0


@pytest.mark.parametrize("options", [{"epsilon": 0.0}, {"negative_slope": -0.1}])
def test_arguments_out_of_range(options):
    with pytest.raises(ValueError, match="positive"):
        InstanceNormalization(**options)


def test_input_without_voxels():
    with pytest.raises(ValueError, match="three axes"):
        InstanceNormalization().build((2, 3))
