"""A learning rate that falls every few epochs, and an end without improvement."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stepped:
    """A stepped learning rate with a floor, as a function of the history.

    It holds no state: an interrupted run's history says all that it has to know.

    Args:
        initial: the first learning rate.
        factor: the rate becomes this much of itself at each step.
        every: epochs between steps.
        least: the floor.
        stop_after: epochs without a new lowest `monitor` that end the training.
        monitor: column of the history; lower is better.
    """

    initial: float
    factor: float
    every: int
    least: float
    stop_after: int
    monitor: str = "val_loss"

    def rate(self, history):
        """Returns the learning rate of the next epoch.

        Args:
            history: the rows of all epochs so far, dictionaries.
        """
        return self.value(len(history))

    def value(self, epoch):
        """Returns the learning rate of an epoch, the first one 0."""
        return max(self.initial * self.factor ** (epoch // self.every), self.least)

    def is_over(self, history):
        """Tells whether the training has ended; `history` as for `rate`."""
        values = [row[self.monitor] for row in history]
        if not values:
            return False
        return len(values) - 1 - values.index(min(values)) >= self.stop_after
