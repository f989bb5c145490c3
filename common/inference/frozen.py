"""Prediction with weights that no longer change."""

import keras
import tensorflow as tf

from common.inference.folded import fold_normalization
from common.inference.predict import Predictor
from common.layers import fast_paths


class FrozenPredictor(Predictor):
    """A `Predictor` that keeps the weights that the model has when it is made.

    They are constants of the compiled function, so that kernels are brought into the
    order of TensorFlow's convolutions once instead of at every call, and normalizations
    are folded into them. It holds further copies of all weights, and values differ from
    the model's by rounding.

    Args:
        model: a Keras model with one output or several.
        batch_size: number of inputs per call, as for `Predictor`.
    """

    def __init__(self, model, batch_size):
        super().__init__(model, batch_size)
        # TensorFlow folds by itself in float32 only, and not behind a bias.
        model = fold_normalization(model)
        state = [
            [keras.ops.convert_to_numpy(variable) for variable in variables]
            for variables in (model.trainable_variables, model.non_trainable_variables)
        ]

        @tf.function
        def call(x):
            constants = keras.tree.map_structure(tf.constant, state)
            with fast_paths.portable(*slower_if_frozen(model)):
                return model.stateless_call(*constants, x, training=False)[0]

        self._call = call


def slower_if_frozen(model):
    """Returns the fast paths of layers that cost time where weights are constants.

    A kernel is then brought into order once, and a composed normalization folded into
    the kernel in front of it: what these paths save is no longer there to be saved.
    In half precision a composed normalization would compute in float32.
    """
    if model.compute_dtype == "float32":
        return ("batch_normalization", "small_map_conv2d")
    return ("small_map_conv2d",)
