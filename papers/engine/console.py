"""What the user sees: progress bars in a terminal, plain lines elsewhere."""

import contextlib
import sys
import textwrap
import time

from rich.console import Console as RichConsole
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text


def count(number, noun):
    """Returns a number and its noun, such as `"1 case"`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


class Console:
    """Shows messages, progress of stages and of trainings."""

    def __init__(self, rich_console=None):
        # A file or pipe has no width of its own; 80 would cut paths.
        width = None if sys.stdout.isatty() else 160
        self.rich = rich_console or RichConsole(highlight=False, width=width)

    def say(self, message):
        """Prints one line; a terminal that is too narrow breaks it between words."""
        if self.rich.is_terminal:
            message = "\n".join(
                textwrap.fill(
                    line,
                    max(self.rich.width, 20),
                    break_long_words=False,
                    break_on_hyphens=False,
                )
                for line in message.split("\n")
            )
        self.rich.print(message, markup=False, soft_wrap=True)

    def table(self, head, rows, title=None):
        """Prints a table; where its words do not fit a terminal, one line per cell."""
        rows = [[str(cell) for cell in row] for row in rows]
        words = [" ".join(column).split() for column in zip(head, *rows, strict=True)]
        widths = [max(map(len, column), default=0) for column in words]
        if self.rich.is_terminal and sum(widths) + 3 * len(head) + 1 > self.rich.width:
            self._list(head, rows, title)
            return
        table = Table(title=title)
        for name, width in zip(head, widths, strict=True):
            table.add_column(name, overflow="fold", min_width=width)
        for row in rows:
            table.add_row(*map(Text, row))  # as it is: a name may have brackets
        self.rich.print(table)

    def _list(self, head, rows, title):
        if title:
            self.say(title)
        for row in rows:
            for name, cell in zip(head, row, strict=True):
                self.say(f"{name}: {cell}")
            self.say("")

    def track(self, items, label, total=None):
        """Yields the items and shows how many are done."""
        total = len(items) if total is None else total
        if not total:
            return
        if not self.rich.is_terminal:
            started = time.monotonic()
            for done, item in enumerate(items, 1):
                yield item
                if done == total or done % max(total // 4, 1) == 0:
                    seconds = time.monotonic() - started
                    self.say(f"{label}: {done}/{total}, {seconds:.0f} s")
            return
        with self._bar() as bar:
            task = bar.add_task(label, total=total)
            for item in items:
                yield item
                bar.advance(task)

    @contextlib.contextmanager
    def training(self, job, plan):
        """Yields the function that a training calls after every step."""
        total = plan.epochs * plan.steps_per_epoch
        if not self.rich.is_terminal:
            yield lambda epoch, step, row: row and self.say(_line(job, plan, row))
            return
        with self._bar() as bar:
            task = bar.add_task(job.name, total=total)

            def on_progress(epoch, step, row):
                bar.update(task, completed=epoch * plan.steps_per_epoch + step)
                if row:
                    self.say(_line(job, plan, row))

            yield on_progress

    def _bar(self):
        return Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self.rich,
            transient=True,
        )


def _line(job, plan, row):
    apart = ("epoch", "seconds", "data_wait_share")
    scores = " ".join(
        f"{name} {value:.4f}" for name, value in row.items() if name not in apart
    )
    return (
        f"{job.name}: epoch {row['epoch']}/{plan.epochs} {scores} "
        f"({row['seconds']:.0f} s, waiting for data {row['data_wait_share']:.1%})"
    )
