"""Exports models to ONNX and runs them there, in a process of its own.

Run `python -m tests.conformance.onnx_job PACKAGES FOLDER NAME…` with the suite's own
Python: Keras's export needs TensorFlow. What else it needs lies in PACKAGES, the
site-packages of another environment. The names are those of `MODELS`.
"""

import sys
from pathlib import Path

import keras
import numpy as np

from common.layers import (
    BatchStatisticsPReLU,
    DepthwiseConv3D,
    InstanceNormalization,
    SeparableConv3D,
)
from papers.dsunet.networks import separable_unet

LARGE, LARGER = (32, 32, 32, 4), (64, 64, 64, 4)


def one_layer(make, shape):
    inputs = keras.Input(shape)
    return keras.Model(inputs, make()(inputs))


# Inputs so large that the fast paths are taken outside of an export.
MODELS = {
    "depthwise": lambda: one_layer(lambda: DepthwiseConv3D(3, padding="same"), LARGE),
    "separable": lambda: one_layer(
        lambda: SeparableConv3D(5, 3, padding="same", dilation_rate=2), LARGE
    ),
    "strided": lambda: one_layer(
        lambda: SeparableConv3D(5, 3, 2, "same", dilation_rate=2), LARGE
    ),
    "instance": lambda: one_layer(InstanceNormalization, LARGER),
    "batch_statistics": lambda: one_layer(BatchStatisticsPReLU, LARGER),
    "network": lambda: separable_unet(LARGE, 3, base_filters=4),
}


def check(model, file, known):
    """Exports with a known batch size or without, and compares what both compute."""
    import onnxruntime

    x = np.random.default_rng(0).random((1, *model.input_shape[1:]), np.float32)
    expected = keras.ops.convert_to_numpy(model(x))
    signature = [keras.InputSpec(shape=x.shape, dtype="float32")] if known else None
    model.export(file, format="onnx", verbose=False, input_signature=signature)
    session = onnxruntime.InferenceSession(file)
    (received,) = session.run(None, {session.get_inputs()[0].name: x})
    # Means over a quarter of a million voxels are summed in another order.
    np.testing.assert_allclose(received, expected, rtol=1e-3, atol=1e-3)


def main(packages, folder, *names):
    # Behind the suite's own, which are taken where both have a package.
    sys.path.append(packages)
    for name in names:
        for known in (False, True):
            check(MODELS[name](), str(Path(folder) / f"{name}.onnx"), known)
        print(name, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
