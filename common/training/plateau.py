"""A learning rate that falls on a plateau of a loss, and early stopping."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plateau:
    """Keras's `ReduceLROnPlateau` and `EarlyStopping`, as functions of the history.

    It holds no state: all that an interrupted run needs is the history, which is part
    of its saved state, so that the run resumes exactly.

    Args:
        initial: the first learning rate.
        factor: what the rate is multiplied by on a plateau.
        patience: number of epochs without improvement that make a plateau.
        stop_after: number of epochs without improvement that end the training.
        monitor: column of the history; lower is better.
        min_delta: a smaller fall does not count as an improvement for the
            learning rate. For the end of training any fall counts. Both are
            Keras's defaults.
    """

    initial: float
    factor: float
    patience: int
    stop_after: int
    monitor: str = "val_loss"
    min_delta: float = 1e-4

    def rate(self, history):
        """Returns the learning rate of the next epoch.

        Args:
            history: the rows of all epochs so far, dictionaries.
        """
        rate, best, waited = self.initial, float("inf"), 0
        for row in history:
            if row[self.monitor] < best - self.min_delta:
                best, waited = row[self.monitor], 0
                continue
            waited += 1
            if waited >= self.patience:
                rate, waited = rate * self.factor, 0
        return rate

    def is_over(self, history):
        """Whether the training has ended; `history` as for `rate`."""
        values = [row[self.monitor] for row in history]
        if not values:
            return False
        return len(values) - 1 - values.index(min(values)) >= self.stop_after
