"""TensorFlow's fast paths of the layers in `common.layers`, one module per layer.

Only `common.layers.fast_paths` imports these modules, and only where Keras runs on
TensorFlow. Each has a portable twin in the file of its layer or beside it, and tests
hold the two equal. `xla` is the switch of those that XLA compiles; it needs no
TensorFlow. The layers themselves, their weights and arguments are not here.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submodules=[
        "batch_normalization",
        "batch_statistics",
        "depthwise_conv3d",
        "instance_normalization",
        "xla",
    ],
)
