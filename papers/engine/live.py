"""The lines that a stage shows while it runs, and what a training leaves behind."""

import math
import time

from rich.spinner import Spinner
from rich.text import Text

from data.lines import Line
from data.prepared.estimates import duration_text

# Names of a history's columns that are no score.
_NO_SCORES = ("epoch", "loss", "seconds", "data_wait_share")


class Lines:
    """What a terminal shows below everything else: a line each, none ever broken."""

    def __init__(self):
        self._lines = {}
        # Of ASCII only: every terminal has these.
        self._spinner = Spinner("line")

    def show(self, line, key=None):
        """Shows a line, a text or a `Line`, in place of the one with the same key.

        No line takes it away.
        """
        if line is None:
            self._lines.pop(key, None)
        else:
            self._lines[key] = line

    def __rich_console__(self, console, options):
        turn = self._spinner.render(console.get_time())
        # Another thread draws, while lines come and go.
        for line in list(self._lines.values()):
            # The spinner, a space, and the last column, which some terminals wrap.
            width = options.max_width - 3
            text = line.fitted(width) if isinstance(line, Line) else str(line)
            text = Text(text, no_wrap=True)
            text.truncate(width)
            yield Text.assemble(turn, " ", text, no_wrap=True)


class TrainingLine:
    """What is shown of a training while it runs.

    Args:
        name: what the training is called.
        plan: its `common.training.plan.Plan`.
        show: function that shows a `Line` in place of the one before.
        say_epoch: function that shows a `Line` after an epoch; None if `show` is
            enough.
        now: a clock, in seconds.
    """

    def __init__(self, name, plan, show, say_epoch=None, now=time.monotonic):
        self._name, self._plan = name, plan
        self._show, self._say_epoch, self._now = show, say_epoch, now
        self._phase, self._row, self._done = "starting", None, None
        self._first = None  # when the first step was done, and which it was
        self._show(self._line())

    def on_progress(self, epoch, step, row):
        """Takes in one step; the arguments are those of `train`'s `on_progress`."""
        self._done = epoch * self._plan.steps_per_epoch + step
        self._first = self._first or (self._now(), self._done)
        self._phase, self._row = "training", row or self._row
        self._show(self._line())
        if row and self._say_epoch:
            self._say_epoch(self._line())

    def watched(self, validate):
        """Returns a function that validates and shows that it does."""

        def watched_validate():
            self._phase = "validating"
            self._show(self._line())
            return validate()

        return watched_validate

    def _line(self):
        parts = [(self._name, 0), (self._phase, 5)]
        if self._done is not None:
            begun = -(-self._done // self._plan.steps_per_epoch)
            parts.append((f"epoch {begun}/{self._plan.epochs}", 1))
        if self._row is not None:
            parts.append((f"loss {self._row['loss']:.4f}", 4))
            parts.append((_score(self._row), 3))
        seconds = self._seconds_left()
        if seconds is not None:
            parts.append((f"{duration_text(seconds)} left", 2))
        return Line(tuple(parts))

    def _seconds_left(self):
        """Returns how long the rest takes at the speed so far, or None.

        The first step of this process counts for nothing: it compiles.
        """
        if self._first is None or self._done == self._first[1]:
            return None
        begun, first = self._first
        each = (self._now() - begun) / (self._done - first)
        return each * (self._plan.steps - self._done)


def counting(label, done, total, seconds):
    """Returns the `Line` of a stage that works through some items.

    Args:
        label: what is done with them.
        done: how many are done.
        total: how many there are.
        seconds: how long those took.
    """
    parts = [(label, 0), (f"{done}/{total}", 1)]
    if done:
        left = seconds / done * max(total - done, 0)
        parts.append((f"{duration_text(left)} left", 2))
    return Line(tuple(parts))


def trained(name, history, monitor):
    """Returns the line that a finished training leaves.

    Args:
        name: what the training is called.
        history: its history, a `DataFrame` with one row per epoch.
        monitor: the score that decides which epoch is the best.
    """
    best = history.loc[history[monitor].fillna(-math.inf).idxmax()]
    epochs = "1 epoch" if len(history) == 1 else f"{len(history)} epochs"
    return (
        f"{name}: {epochs}, best in epoch {best['epoch']:.0f} ({_score(best)}), "
        f"loss {history['loss'].iloc[-1]:.4f}, "
        f"{duration_text(float(history['seconds'].sum()))}"
    )


def _score(row):
    """Returns the score to show of an epoch: Dice, which every paper's history has."""
    scores = [name for name in row.keys() if name not in _NO_SCORES]
    name = "val_dice" if "val_dice" in scores else scores[0]
    return f"{name.replace('_', ' ')} {row[name]:.4f}"
