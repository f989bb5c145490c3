"""Lines that show how far something has come: not more than a reader can follow."""

import time

SECONDS_BETWEEN_LINES = 5.0


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
