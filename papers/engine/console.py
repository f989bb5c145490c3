"""What the user sees: one live line in a terminal, plain lines elsewhere."""

import contextlib
import sys
import textwrap
import time

from rich.console import Console as RichConsole
from rich.live import Live
from rich.table import Table
from rich.text import Text

from common.errors import printable
from data.lines import now_and_then
from papers.engine.live import Lines, TrainingLine, counting

_USUAL_WIDTH = 80


def count(number, noun):
    """Returns a number and its noun, such as `"1 case"`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


class Console:
    """Shows messages, progress of stages and of trainings."""

    def __init__(self, rich_console=None):
        if rich_console is None:
            # A file or pipe has no width of its own; 80 would cut paths and the lines
            # of tables. Nor can it show a line in place of another, even where
            # FORCE_COLOR is set.
            terminal = sys.stdout.isatty()
            rich_console = RichConsole(
                highlight=False,
                width=None if terminal else 1000,
                force_interactive=None if terminal else False,
            )
        self.rich = rich_console
        self._said = set()

    @property
    def is_live(self):
        """Whether a line can take the place of the one before."""
        return self.rich.is_interactive

    @property
    def width(self):
        """The number of columns of a screen, for a file or pipe that of a usual one."""
        return self.rich.width if self.rich.is_terminal else _USUAL_WIDTH

    def say(self, message):
        """Prints one line; a terminal that is too narrow breaks it between words."""
        message = printable(message)
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

    def say_once(self, message):
        """Prints one line, unless it was printed before."""
        if message not in self._said:
            self._said.add(message)
            self.say(message)

    def text(self, text):
        """Prints a text as it is, to be pasted: no line is broken."""
        self.rich.print(printable(text), markup=False, soft_wrap=True)

    def screen(self, lines):
        """Prints lines of `(text, style)`, as `common.reporting.people.screen` has."""
        for line in lines:
            parts = [(printable(text), style) for text, style in line]
            shown = Text.assemble(*parts)
            shown.rstrip()
            self.rich.print(shown, soft_wrap=True)

    def small_table(self, table):
        """Prints a `common.reporting.people.SmallTable` and its notes."""
        self.table(table.head, table.rows, table.title, table.sections)
        for note in table.notes:
            self.say(note)
        self.say("")

    def table(self, head, rows, title=None, sections=()):
        """Prints a table; where its words do not fit a terminal, one line per cell.

        Args:
            head: names of the columns.
            rows: the rows.
            title: the heading, or None.
            sections: numbers of the rows, from 0, before which a line is drawn.
        """
        rows = [[printable(str(cell)) for cell in row] for row in rows]
        words = [" ".join(column).split() for column in zip(head, *rows, strict=True)]
        widths = [max(map(len, column), default=0) for column in words]
        if self.rich.is_terminal and sum(widths) + 3 * len(head) + 1 > self.rich.width:
            self._list(head, rows, title)
            return
        # A file or pipe gets plain words in columns, without lines.
        lines = {} if self.rich.is_terminal else {"box": None, "pad_edge": False}
        # Texts as they are: a name or a unit may have brackets.
        title = title and Text(title, style="table.title")
        table = Table(title=title, title_justify="left", **lines)
        for name, width in zip(head, widths, strict=True):
            table.add_column(Text(name), overflow="fold", min_width=width)
        for number, row in enumerate(rows, 1):
            table.add_row(*map(Text, row), end_section=number in sections)
        if self.rich.is_terminal:
            self.rich.print(table)
            return
        with self.rich.capture() as captured:
            self.rich.print(table)
        for line in captured.get().splitlines():
            self.text(line.rstrip())

    def _list(self, head, rows, title):
        if title:
            self.say(title)
        for row in rows:
            for name, cell in zip(head, row, strict=True):
                self.say(f"{name}: {cell}")
            self.say("")

    @contextlib.contextmanager
    def live(self):
        """Yields the function that shows a line in place of the one before.

        The lines of a terminal are gone in the end. Elsewhere, such as in a pipe, one
        is printed every few seconds at most.
        """
        if not self.is_live:
            yield now_and_then(self.say)
            return
        lines = Lines()
        with Live(lines, console=self.rich, transient=True):
            yield lines.show

    def track(self, items, label, total=None):
        """Yields the items and shows how many are done.

        Args:
            items: an iterable.
            label: what is done with them.
            total: their number; None for the length of `items`.
        """
        total = len(items) if total is None else total
        started = time.monotonic()
        with self.live() as show:
            for done, item in enumerate(items):
                show(counting(label, done, total, time.monotonic() - started))
                yield item

    @contextlib.contextmanager
    def training(self, name, plan):
        """Yields the `TrainingLine` of a training.

        Args:
            name: what the training is called.
            plan: its `common.training.plan.Plan`.
        """
        with self.live() as show:
            if self.is_live:
                yield TrainingLine(name, plan, show)
            else:  # a line per epoch at most
                yield TrainingLine(name, plan, lambda line: None, show)
