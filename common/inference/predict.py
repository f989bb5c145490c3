"""Prediction for many inputs with one compiled function."""

import keras
import numpy as np
import tensorflow as tf


class Predictor:
    """Runs a model batch by batch, compiled once for any number of inputs.

    Args:
        model: a Keras model with one output or several.
        batch_size: number of inputs per call. Smaller batches are padded with
            zeros, so that only one shape is compiled.
    """

    def __init__(self, model, batch_size):
        self.batch_size = batch_size
        self._call = tf.function(lambda x: model(x, training=False))

    def __call__(self, x):
        """Returns the model's output for one batch.

        Args:
            x: array `(n, …)` of at most `batch_size` inputs.

        Returns:
            An array `(n, …)`; a dict or list of them where the model has several
            outputs.
        """
        count = len(x)
        missing = self.batch_size - count
        if missing:
            x = np.concatenate([x, np.zeros((missing, *x.shape[1:]), x.dtype)])
        outputs = self._call(tf.convert_to_tensor(x))
        return keras.tree.map_structure(lambda y: y.numpy()[:count], outputs)
