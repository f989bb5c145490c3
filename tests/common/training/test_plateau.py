"""The rule of the learning rate against Keras's own callbacks."""

import keras
import numpy as np
import pytest

from common.training.plateau import Plateau

RULE = Plateau(initial=5e-4, factor=0.5, patience=2, stop_after=5)


def by_keras(losses, rule):
    """Learning rates after each epoch, and the epoch at which Keras stops."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(rule.initial), "mse")
    lower = keras.callbacks.ReduceLROnPlateau(
        factor=rule.factor, patience=rule.patience
    )
    stop = keras.callbacks.EarlyStopping(patience=rule.stop_after)
    for callback in (lower, stop):
        callback.set_model(model)
        callback.on_train_begin()
    rates = []
    for epoch, loss in enumerate(losses):
        for callback in (lower, stop):
            callback.on_epoch_end(epoch, {"val_loss": loss})
        rates.append(float(model.optimizer.learning_rate))
        if model.stop_training:
            break
    return rates, model.stop_training


@pytest.mark.parametrize("seed", range(8))
def test_rates_and_end_are_those_of_keras(seed):
    random = np.random.default_rng(seed)
    # Steps around `min_delta`, and long plateaus.
    losses = np.round(1 - np.cumsum(random.choice([0, 5e-5, 2e-4, -1e-2], 25)), 6)
    rates, stopped = by_keras(losses, RULE)
    rows = [{"val_loss": float(loss)} for loss in losses]
    received = [RULE.rate(rows[: n + 1]) for n in range(len(rates))]
    np.testing.assert_allclose(received, rates, rtol=1e-6)
    ends = [RULE.is_over(rows[: n + 1]) for n in range(len(rates))]
    assert ends[-1] == stopped and not any(ends[:-1])


def test_before_the_first_epoch():
    assert RULE.rate([]) == 5e-4
    assert not RULE.is_over([])
