"""A linear regression whose training can be worked out by hand."""

import keras
import numpy as np
import tensorflow as tf

from tests.rounding import sum_room

BATCH, STEPS, RATE = 4, 3, 0.1
# Of weights and losses after up to twelve steps, none of them above 3.
ROOM = sum_room(4 * STEPS * 2 * BATCH, scale=3)


def batch(step):
    """The examples of one global step, and no others."""
    x = np.random.default_rng(step).random((BATCH, 2), np.float32)
    return x, x @ np.float32([[1], [2]])


def stream(step, broken_at=None):
    while True:
        x, y = batch(step)
        yield tf.constant(x), tf.constant(y * np.nan if step == broken_at else y)
        step += 1


def model(weights=(0.5, -0.5), regularizer=None, **options):
    dense = keras.layers.Dense(
        1, use_bias=False, kernel_regularizer=regularizer, **options
    )
    network = keras.Sequential([keras.layers.Input((2,)), dense])
    network.set_weights([np.float32(weights)[:, None]])
    return network


def by_hand(steps, weights=(0.5, -0.5), l2=0.0):
    """Plain gradient descent on the squared error: weights and losses."""
    w, losses = np.float64(weights)[:, None], []
    for step in range(steps):
        x, y = batch(step)
        error = x @ w - y
        losses.append(np.mean(error**2) + l2 * np.sum(w**2))
        w = w - RATE * (2 / BATCH * x.T @ error + 2 * l2 * w)
    return w[:, 0], losses


def weights_in(path):
    network = model((0, 0))
    network.load_weights(path)
    return network.get_weights()[0][:, 0]
