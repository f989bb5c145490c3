"""Weights as after a training, for what is timed in use."""

import numpy as np

SEED = 0
_SHIFTS = ("bias", "beta", "moving_mean")
_SCALES = ("gamma", "moving_variance")


def like_trained(model):
    """Gives a network biases and normalizations that are not those of a new one.

    A new network adds zeros and multiplies by ones. Where weights are constants,
    TensorFlow leaves such operations out, and with them the sum behind a convolution
    that ReLU joins it by: what is timed would be no network that anybody uses.

    Args:
        model: a Keras model; kernels are left as they are.

    Returns:
        The model.
    """
    random = np.random.default_rng(SEED)
    for weight in model.weights:
        if weight.name in _SHIFTS:
            weight.assign(random.normal(0, 0.1, weight.shape))
        elif weight.name in _SCALES:
            weight.assign(random.uniform(0.5, 1.5, weight.shape))
    return model
