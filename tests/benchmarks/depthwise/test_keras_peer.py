"""What the benchmark's ways in Keras compute, before any of them is timed."""

import numpy as np
import pytest

from benchmarks.depthwise.bench import LAYERS
from benchmarks.depthwise.keras_peer import prepare
from benchmarks.depthwise.tensors import tensors, weights
from common.layers.tensorflow import depthwise_conv3d as fast
from tests.rounding import assert_close

SHAPE = (3, 6, 2)  # channels, side, rate


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("way", ["folded", "grouped", "loop"])
def test_ways_compute_the_same(layer, way, monkeypatch):
    """Output and the gradients of input and weights, the latter in one order."""
    monkeypatch.setattr(fast, "MIN_VALUES", 0)
    shipped, other = (
        prepare(one, layer, SHAPE, "training")() for one in ("shipped", way)
    )
    assert len(shipped) == 2 + len(weights(layer, SHAPE))
    for received, wanted in zip(other, shipped, strict=True):
        received = np.reshape(received, wanted.shape)
        # Of the kernel, the gradient sums over all voxels.
        assert_close(received, wanted, 6**3 + 27 * 3)


@pytest.mark.parametrize("part", ["forward", "training"])
def test_a_pass_reads_all_values_and_writes_as_many(part):
    (received,) = prepare("pass", "depthwise", SHAPE, part)()
    x, *_ = tensors(SHAPE)
    np.testing.assert_array_equal(received[0], 2 * x)
