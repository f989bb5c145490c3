"""The update of the weights on one device, against one worked out by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from common.training.one_device import OneDevice
from tests.common.training.small_problem import RATE, ROOM, batch, by_hand, model


def test_regularization_is_added():
    network = model(regularizer=keras.regularizers.L2(0.05))
    optimizer = keras.optimizers.SGD(RATE)
    optimizer.build(network.trainable_variables)
    update = OneDevice().make_step(network, keras.losses.MeanSquaredError(), optimizer)
    received = [float(update(*batch(step))) for step in range(3)]
    weights, losses = by_hand(3, l2=0.05)
    np.testing.assert_allclose(received, losses, rtol=0, atol=ROOM)
    np.testing.assert_allclose(
        network.get_weights()[0][:, 0], weights, rtol=0, atol=ROOM
    )


@pytest.mark.parametrize("option", ["jit_compile", "scaled"])
def test_faster_steps_update_the_same(option):
    network, optimizer = model(), keras.optimizers.SGD(RATE)
    if option == "scaled":  # as mixed_float16 needs it
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    optimizer.build(network.trainable_variables)
    loss = keras.losses.MeanSquaredError()
    update = OneDevice().make_step(network, loss, optimizer, option == "jit_compile")
    received = [float(update(*map(tf.constant, batch(step)))) for step in range(3)]
    weights, losses = by_hand(3)
    np.testing.assert_allclose(received, losses, rtol=0, atol=ROOM)
    np.testing.assert_allclose(
        network.get_weights()[0][:, 0], weights, rtol=0, atol=ROOM
    )


def test_one_device_writes_the_files_and_needs_no_strategy():
    placement = OneDevice()
    assert placement.is_chief
    with placement.scope():
        assert not tf.distribute.has_strategy()
