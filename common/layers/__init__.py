"""Keras layers that the papers need and Keras lacks, for every Keras backend.

Each layer is one file with its portable path, which `make test-backends` runs on JAX
and PyTorch. `tensorflow/` holds the fast paths of one backend, `fast_paths` hands them
out, and `allow_xla(False)` forbids those that XLA compiles. Networks are not here: they
belong to their papers.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submod_attrs={
        "anisotropic_conv": ["AnisotropicConv3D"],
        "anisotropic_conv_transpose": ["AnisotropicConv3DTranspose"],
        "batch_normalization": ["FusedBatchNormalization"],
        "batch_statistics": ["BatchStatisticsPReLU"],
        "depthwise_conv3d": ["DepthwiseConv3D"],
        "instance_normalization": ["InstanceNormalization"],
        "pad_channels": ["PadChannels"],
        "separable_conv3d": ["SeparableConv3D"],
        "small_map_conv2d": ["SmallMapConv2D"],
        "tensorflow.xla": ["allow_xla", "is_xla_allowed"],
    },
)
