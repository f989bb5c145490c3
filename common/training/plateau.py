"""A learning rate that falls where a validation loss no longer does, and the end."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plateau:
    """Keras's `ReduceLROnPlateau` and `EarlyStopping`, as functions of the history.

    They hold no state: what an interrupted run has to know stands in the history
    that its saved state has, so that it resumes exactly.

    Args:
        initial: the first learning rate.
        factor: the rate becomes this much of itself on a plateau.
        patience: epochs without improvement that make a plateau.
        stop_after: epochs without improvement that end the training.
        monitor: column of the history; lower is better.
        least_change: a fall by less is no improvement to the learning rate. Any
            fall is one to the end of training, as Keras's defaults have it.
    """

    initial: float
    factor: float
    patience: int
    stop_after: int
    monitor: str = "val_loss"
    least_change: float = 1e-4

    def rate(self, history):
        """Returns the learning rate of the next epoch.

        Args:
            history: the rows of all epochs so far, dictionaries.
        """
        rate, best, waited = self.initial, float("inf"), 0
        for row in history:
            if row[self.monitor] < best - self.least_change:
                best, waited = row[self.monitor], 0
                continue
            waited += 1
            if waited >= self.patience:
                rate, waited = rate * self.factor, 0
        return rate

    def is_over(self, history):
        """Tells whether the training has ended; `history` as for `rate`."""
        values = [row[self.monitor] for row in history]
        if not values:
            return False
        return len(values) - 1 - values.index(min(values)) >= self.stop_after
