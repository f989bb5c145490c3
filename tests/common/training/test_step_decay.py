"""The learning rate that falls every few epochs, and early stopping."""

import pytest

from common.training.step_decay import StepDecay

RULE = StepDecay(1e-3, 0.1, 10, 1e-7, stop_after=3)


@pytest.mark.parametrize(
    "epoch, rate",
    [(0, 1e-3), (9, 1e-3), (10, 1e-4), (39, 1e-6), (40, 1e-7), (60, 1e-7)],
)
def test_rate_of_an_epoch(epoch, rate):
    assert RULE.value(epoch) == pytest.approx(rate, rel=1e-9)
    history = [{"val_loss": 1.0}] * epoch
    assert RULE.rate(history) == RULE.value(epoch)


def test_end_without_improvement():
    losses = [3.0, 2.0, 2.5, 2.0, 2.1]
    over = [
        RULE.is_over([{"val_loss": loss} for loss in losses[:count]])
        for count in range(len(losses) + 1)
    ]
    assert over == [False] * 5 + [True]
