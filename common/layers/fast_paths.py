"""The fast paths of the current Keras backend; the only place that imports them.

Each name is a module of `common.layers.tensorflow`, or None where the backend has no
such fast path, and the layer then takes its portable path. Layers look the name up
whenever they are called: setting it to None sends a layer down its portable path.
"""

import contextlib

import keras

batch_normalization = None
batch_statistics = None
depthwise_conv3d = None
instance_normalization = None
small_map_conv2d = None

if keras.config.backend() == "tensorflow":
    from common.layers.tensorflow import (
        batch_normalization,
        batch_statistics,
        depthwise_conv3d,
        instance_normalization,
        small_map_conv2d,
    )


@contextlib.contextmanager
def portable(*names):
    """Sends layers down their portable paths while a network is traced.

    Args:
        *names: the fast paths that are not taken.
    """
    kept = {name: globals()[name] for name in names}
    globals().update(dict.fromkeys(names))
    try:
        yield
    finally:
        globals().update(kept)


__all__ = [
    "batch_normalization",
    "batch_statistics",
    "depthwise_conv3d",
    "instance_normalization",
    "portable",
    "small_map_conv2d",
]
