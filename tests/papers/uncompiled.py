"""Predictions without a compiled network, where compiling it is not the point."""

from common.inference.predict import Predictor
from common.layers import fast_paths


class Uncompiled(Predictor):
    """Runs a network operation by operation: sooner done, for a case or two.

    Args:
        model: a Keras model.
        batch_size: number of inputs per call, as for `Predictor`.
    """

    def __init__(self, model, batch_size):
        super().__init__(model, batch_size)
        self._call = lambda x: model(x, training=False)

    def __call__(self, x):
        with fast_paths.portable("depthwise_conv3d", "instance_normalization"):
            return super().__call__(x)
