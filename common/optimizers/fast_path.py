"""The updates that the current Keras backend has as one operation, or None."""

import keras

one_pass = None

if keras.config.backend() == "tensorflow":
    from common.optimizers import one_pass

__all__ = ["one_pass"]
