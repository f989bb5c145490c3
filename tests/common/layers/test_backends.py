"""Layers on Keras backends that have no fast paths."""

import importlib.util

import pytest

from tests.disks import run_python

# Those that this environment has. "pretended" holds everywhere: the suite is told
# that Keras runs on another backend, while TensorFlow computes beneath `keras.ops`.
# It shows that no fast path is imported or needed, not that JAX runs the rest.
BACKENDS = ["pretended"]
BACKENDS += [name for name in ("jax", "torch") if importlib.util.find_spec(name)]

SCRIPT = """
import os
import sys

pretended = sys.argv[1] == "pretended"
os.environ["KERAS_BACKEND"] = "tensorflow" if pretended else sys.argv[1]

import keras
import numpy as np

if pretended:
    keras.config.backend = lambda: "jax"
sys.modules["common.layers.tensorflow"] = None  # makes its import an error

from common.layers import fast_paths
from tests.conformance.layers import LAYERS

names = set(fast_paths.__all__) - {"portable"}
assert {getattr(fast_paths, name) for name in names} == {None}
for entry in LAYERS:
    model = entry.small()
    x = np.random.default_rng(0).random((2, *model.input_shape[1:]), np.float32)
    y = keras.ops.convert_to_numpy(model(x))
    assert y.shape == (2, *entry.output_shape), entry.name
    assert np.isfinite(y).all() and y.std() > 0, entry.name
    print(entry.name)
"""


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_layer_runs_without_fast_paths(backend):
    done = run_python(SCRIPT, backend)
    assert done.returncode == 0, done.stderr
    assert "layer_DepthwiseConv3D_3_3_3" in done.stdout.split()
