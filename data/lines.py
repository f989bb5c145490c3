"""Lines that show how far something has come: not more than a reader can follow."""

import math
import time
from dataclasses import dataclass

SECONDS_BETWEEN_LINES = 5.0


@dataclass(frozen=True)
class Line:
    """A line that leaves out its less important parts where a terminal is narrow.

    Args:
        parts: `(text, rank)` from left to right; the highest rank goes first, and
            what has rank 0 stays.
    """

    parts: tuple

    def __str__(self):
        return self.fitted(math.inf)

    def fitted(self, width):
        """Returns the line in at most `width` characters, if its first part fits."""
        parts = list(self.parts)
        while len(text := _joined(parts)) > width and any(rank for _, rank in parts):
            parts.remove(max(parts, key=lambda part: part[1]))
        return text


def _joined(parts):
    # The first part names what the others say something about.
    head, *rest = (text for text, _ in parts)
    return f"{head}: {', '.join(rest)}" if rest else head


def now_and_then(say):
    """Returns a function that shows a line if the one before was some seconds ago.

    The first line comes some seconds after this call, so that what is done by then
    shows none.

    Args:
        say: function that shows a line of text.
    """
    last = time.monotonic()

    def note(line):
        nonlocal last
        if time.monotonic() - last >= SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            say(str(line))

    return note


def counted(items, description, note):
    """Yields the items of a list, and shows how many are done.

    Args:
        items: the list.
        description: what follows the two numbers in the line, such as
            `"cases hashed"`.
        note: function that shows a line in place of the one before.
    """
    for done, item in enumerate(items):
        note(f"{done} of {len(items)} {description}")
        yield item
