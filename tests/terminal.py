"""A terminal to run programs in, and what its screen shows in the end."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

# Cursor up, erase, and all other control sequences of ECMA-48.
_CONTROL = re.compile(r"\x1b\[([?\d;]*)([A-Za-z])|(\r)|(\n)|([^\x1b\r\n]+)")


def screen(output, columns):
    """Returns the lines that a terminal shows after a program's output.

    Args:
        output: everything that was written to it.
        columns: its width; longer lines are broken.
    """
    lines, row, column = [""], 0, 0
    for number, letter, back, down, text in _CONTROL.findall(output):
        if letter == "A":
            row = max(0, row - int(number or 1))
        elif letter == "K":
            lines[row] = "" if number == "2" else lines[row][:column]
        elif back:
            column = 0
        elif down:
            row, column = row + 1, 0
        for character in text:
            if column == columns:
                row, column = row + 1, 0
            lines += [""] * (row + 1 - len(lines))
            before = lines[row].ljust(column)
            lines[row] = before[:column] + character + before[column + 1 :]
            column += 1
        lines += [""] * (row + 1 - len(lines))
    # A space at the end of a whole line belongs to the text that was broken there.
    return [line if len(line) == columns else line.rstrip() for line in lines]


class Terminal:
    """A program in a terminal of its own.

    Args:
        command: the program and its arguments.
        columns: the terminal's width.
        **options: of `subprocess.Popen`, such as `cwd` and `env`.
    """

    def __init__(self, command, columns=80, **options):
        self._columns, self.output = columns, ""
        self._ours, theirs = pty.openpty()
        size = struct.pack("HHHH", 24, columns, 0, 0)
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, size)
        # A job in the background of a script ignores Ctrl-C, and so would its children.
        ours = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            self._process = subprocess.Popen(
                command,
                stdin=theirs,
                stdout=theirs,
                stderr=theirs,
                start_new_session=True,  # the terminal's keys reach it alone
                **options,
            )
        finally:
            signal.signal(signal.SIGINT, ours)
        os.close(theirs)

    def wait_for(self, text, patience=300):
        """Waits until a text has been written."""
        deadline = time.monotonic() + patience
        while text not in self.output:
            assert self._read(), f"Expected {text!r}. Received:\n{self.output}"
            if time.monotonic() > deadline:
                self._give_up()

    def interrupt(self):
        """Does what Ctrl-C does in a terminal."""
        os.killpg(self._process.pid, signal.SIGINT)

    def finish(self, patience=300):
        """Waits for the end; returns the exit code and the lines of the screen."""
        deadline = time.monotonic() + patience
        while self._read():
            if time.monotonic() > deadline:
                self._give_up()
        os.close(self._ours)
        return self._process.wait(), screen(self.output, self._columns)

    def _give_up(self):
        """Ends the program, so that the tests that follow are not disturbed by it."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._ours)
        raise AssertionError(self.output)

    def _read(self):
        """Reads what there is; returns whether the program may write more."""
        if not select.select([self._ours], [], [], 1.0)[0]:
            return True
        try:
            read = os.read(self._ours, 1 << 16)
        except OSError:  # Linux, when nobody has the other end open
            return False
        self.output += read.decode(errors="replace")
        return bool(read)
