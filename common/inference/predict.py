"""Prediction for many inputs with one compiled function."""

import numpy as np
import tensorflow as tf


class Predictor:
    """Runs a model batch by batch, compiled once for any number of inputs.

    Args:
        model: a Keras model with one output.
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
        """
        count = len(x)
        missing = self.batch_size - count
        if missing:
            x = np.concatenate([x, np.zeros((missing, *x.shape[1:]), x.dtype)])
        return self._call(tf.convert_to_tensor(x)).numpy()[:count]
