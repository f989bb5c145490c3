"""A learning rate that falls every few epochs, and early stopping."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StepDecay:
    """A stepped learning rate with a floor, as a function of the history.

    It holds no state: all that an interrupted run needs is its history.

    Args:
        initial: the first learning rate.
        factor: what the rate is multiplied by at each step.
        every: number of epochs between steps.
        min: the floor of the rate.
        stop_after: number of epochs without a new lowest `monitor` that end the
            training.
        monitor: column of the history; lower is better.
    """

    initial: float
    factor: float
    every: int
    min: float
    stop_after: int
    monitor: str = "val_loss"

    def rate(self, history):
        """Returns the learning rate of the next epoch.

        Args:
            history: the rows of all epochs so far, dictionaries.
        """
        return self.value(len(history))

    def value(self, epoch):
        """Returns the learning rate of an epoch; the first epoch is 0."""
        return max(self.initial * self.factor ** (epoch // self.every), self.min)

    def is_over(self, history):
        """Whether the training has ended; `history` as for `rate`."""
        values = [row[self.monitor] for row in history]
        if not values:
            return False
        return len(values) - 1 - values.index(min(values)) >= self.stop_after
