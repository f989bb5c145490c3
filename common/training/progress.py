"""How far a training run has come."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from common.errors import UserError

_FIRST, _LAST = ["epoch", "loss"], ["seconds", "data_wait_share"]


@dataclass
class Progress:
    """Everything that the next step depends on beside the variables.

    Args:
        step: number of updates made so far.
        history: one row per finished epoch, a dictionary.
        best: the best monitored score so far; None before the first epoch ends.
        epoch_losses: the loss of each update of the current epoch, as floats or
            scalars that may still lie on a device.
        seconds: duration of the current epoch so far, interruptions left out.
        waited: seconds of it in which the step waited for its batch.
    """

    step: int = 0
    history: list[dict] = field(default_factory=list)
    best: float | None = None
    epoch_losses: list = field(default_factory=list)
    seconds: float = 0.0
    waited: float = 0.0

    @classmethod
    def from_state(cls, state, folder):
        """Returns the progress that a saved state holds.

        Args:
            state: `(step, extra)` as `StateStore` returns it, or None for a run
                that has not begun.
            folder: the folder of the states, which the error names.

        Raises:
            UserError: it holds something else.
        """
        if state is None:
            return cls()
        step, extra = state
        if not _is_extra(extra):
            raise UserError(
                folder,
                "how far the training has come: history, best score, losses, seconds",
                extra,
                f"delete {folder} to train this run from the start",
            )
        return cls(step, **extra)

    def extra(self):
        """Returns what a saved state holds beside the step, as JSON values."""
        return {
            "history": self.history,
            "best": self.best,
            "epoch_losses": [float(value) for value in self.epoch_losses],
            "seconds": self.seconds,
            "waited": self.waited,
        }

    def is_better(self, score):
        """Whether a score is higher than that of every epoch so far."""
        return self.best is None or score > self.best

    def row(self, scores):
        """Returns the history's row of the current epoch, whose steps are done.

        Args:
            scores: validation scores by name, floats.
        """
        return {
            "epoch": len(self.history) + 1,
            "loss": self.mean_loss(),
            **scores,
            "seconds": round(self.seconds, 3),
            "data_wait_share": round(self.waited / self.seconds, 5),
        }

    def end_epoch(self, row, score):
        """Adds the row of the current epoch and begins the next one.

        Args:
            row: the epoch's row of the history.
            score: the monitored score of the epoch.
        """
        self.history.append(row)
        if self.is_better(score):
            self.best = score
        self.epoch_losses, self.seconds, self.waited = [], 0.0, 0.0

    def mean_loss(self):
        """Returns the mean loss of the current epoch's updates, in float64."""
        return float(self._losses().mean())

    def check_finite(self, folder):
        """Makes sure that every loss of the current epoch is a number.

        Args:
            folder: the run's folder, which the error names.

        Raises:
            UserError: a loss is infinite or not a number.
        """
        losses = self._losses()
        finite = np.isfinite(losses)
        if finite.all():
            return
        first = self.step - len(losses) + int(np.argmin(finite)) + 1
        raise UserError(
            folder,
            "a finite loss",
            f"{losses[~finite][0]} at step {first}; the last saved state is kept",
            "SET=training.learning_rate=… with a lower one, or check the data",
        )

    def table(self):
        """Returns the history as a `DataFrame` with one row per epoch.

        Its columns have a fixed order, which a saved state does not keep.
        """
        scores = {name for row in self.history for name in row} - {*_FIRST, *_LAST}
        return pd.DataFrame(self.history, columns=[*_FIRST, *sorted(scores), *_LAST])

    def _losses(self):
        return np.array([float(value) for value in self.epoch_losses], np.float64)


def _is_extra(values):
    """Whether JSON values are what `Progress.extra` returns."""
    names = {"history", "best", "epoch_losses", "seconds", "waited"}
    if not isinstance(values, dict) or set(values) - names:
        return False
    history, losses = values.get("history", []), values.get("epoch_losses", [])
    rest = [values.get(name, 0.0) for name in ("seconds", "waited")]
    best = values.get("best")
    return (
        isinstance(history, list)
        and isinstance(losses, list)
        and all(isinstance(row, dict) for row in history)
        and all(_are_numbers(row.values()) for row in history)
        and _are_numbers([*losses, *rest, 0.0 if best is None else best])
    )


def _are_numbers(values):
    return all(type(value) in (int, float) for value in values)
