"""What the processes of several trainings print, in one terminal or one pipe."""

import re
import threading

# How a training's line begins in a pipe, as `papers.engine.live` writes it.
_PROGRESS = re.compile(r".+: (training|validating), epoch \d+/\d+")


class Relay:
    """Passes on the lines of one process as whole lines.

    In a terminal, the line on the progress of its training takes the place of the one
    before; everything else stays.

    Args:
        process: a `subprocess.Popen` with its output as text in a pipe.
        console: a `papers.engine.console.Console`.
        show: function that shows a line in place of the one with the same key.
    """

    def __init__(self, process, console, show):
        self._process, self._console, self._show = process, console, show
        self._silent = False
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def silence(self):
        """Shows nothing more of the process, whose output is still read."""
        self._silent = True

    def finish(self):
        """Waits for the rest of the output of a process that has ended."""
        self._thread.join()

    def _follow(self):
        for line in self._process.stdout:
            line = line.rstrip("\n")
            if self._silent:
                continue
            if self._console.is_live and _PROGRESS.match(line):
                self._show(line, self)
            else:
                self._console.say(line)
        if self._console.is_live:
            self._show(None, self)
