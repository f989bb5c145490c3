"""The initial kernel with which a transposed convolution interpolates."""

import math

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable("braintumor")
class Bilinear(keras.initializers.Initializer):
    """Bilinear interpolation within each channel and none between channels.

    With f = ceil(K / 2) and c = (2 f - 1 - f mod 2) / (2 f), the kernel of size K
    is `(1 - |x / f - c|) (1 - |y / f - c|)` where output and input channel are the
    same, and 0 elsewhere. For a stride s, K is 2 s.

    Reference:
        Section 3.1: "x, y are the filters' indices and K is filter size".
    """

    def __call__(self, shape, dtype=None):
        """Returns the kernel `(height, width, out, in)`.

        Raises:
            ValueError: the kernel is not square, or its size is not a multiple of 4,
                so that the formula would not be symmetric.
        """
        height, width, out, channels = shape
        if height != width or height % 4:
            raise ValueError(
                "Expected a square kernel whose size is a multiple of 4. "
                f"Received: shape={shape}"
            )
        profile = bilinear_profile(height)
        kernel = np.einsum("x,y,oi->xyoi", profile, profile, np.eye(out, channels))
        return ops.convert_to_tensor(kernel, dtype=dtype or keras.config.floatx())


def bilinear_profile(size):
    """Returns the kernel's factor along one axis, float64 `(size,)`."""
    half = math.ceil(size / 2)
    center = (2 * half - 1 - half % 2) / (2 * half)
    return 1 - np.abs(np.arange(size) / half - center)
