"""The one error that is shown to a user without a traceback."""

_LONGEST = 400  # characters of a value that comes from a file
_ITEM = "\n  "  # begins a line of a list


def printable(text):
    """Returns a text whose control characters are written out, as in `\\x1b`.

    Names and contents of files may have any: they must not reach the terminal.

    Args:
        text: any text; line ends and tabs stay.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else repr(c)[1:-1] for c in text)


class UserError(Exception):
    """Bad input or a full disk, explained so that the reader knows what to do next.

    What is shown is printable. What was received is one line, or a list of such lines,
    each indented by two spaces; a line is cut where nobody would read on.

    Args:
        file: the file, folder, option or key at fault.
        expected: what was expected of it.
        received: what was found instead.
        next_step: the command to run next, or what else to do.
    """

    def __init__(self, file, expected, received, next_step):
        self.file = _line(file)
        self.expected = printable(expected)
        self.received = _ITEM.join(map(_line, str(received).split(_ITEM)))
        self.next_step = printable(next_step)
        super().__init__(
            f"{self.file}: expected {self.expected}. Received: {self.received}. "
            f"Next: {self.next_step}"
        )


def _line(value):
    text = " ".join(printable(str(value)).split("\n")).strip().replace("\t", "\\t")
    if len(text) <= _LONGEST:
        return text
    return f"{text[: _LONGEST // 2]}…{text[-_LONGEST // 4 :]}"
