"""Where tasks that run at once stand: a line each in the terminal, or plain lines."""

import re

from data.lines import Line
from papers.engine.devices.node import NOT_BEGUN

# How lines of trainings, and of what counts cases, begin in a pipe.
_PROGRESS = re.compile(r".+?: (training|validating|scoring|maps)[,:] (.+)")
MOST = 30  # rows of a terminal; of more tasks, those that wait are counted only


class Board:
    """Shows a row per task: its state, its node, its epoch, and the time left.

    In a terminal, the rows stay in place, and what else the tasks print goes above
    them. In a pipe, each line begins with the node.

    Args:
        tasks: the `papers.engine.devices.tasks.Task`s.
        console: a `papers.engine.console.Console`.
        show: function that shows a line in place of the one with the same key.
        most: of more tasks, only those that run have a row.
    """

    def __init__(self, tasks, console, show, most=MOST):
        self._console, self._show, self._most = console, show, most
        self._labels = {task.name: task.label for task in tasks}
        self._rows = {task.name: ("waiting", "", "") for task in tasks}
        self._draw()

    def on_message(self, name, kind, text):
        """Takes in a message of a task; see `papers.engine.devices.node.run_task`."""
        state, node, last = self._rows[name]
        if kind == "begins":
            again = state != "waiting"
            self._rows[name] = ("again" if again else "running", text, "")
            if text and (not self._console.is_live or again):
                verb = "begins again on" if again else "begins on"
                self._console.say(f"{self._labels[name]}: {verb} {text}")
        elif kind == "line":
            self._line(name, state, node, last, text)
        elif kind == "lost":
            self._rows[name] = ("lost", node, text)
            self._console.say(f"{self._labels[name]}: lost, {text}")
        else:
            self._rows[name] = (_state(int(text)), node, "")
        self._draw()

    def _line(self, name, state, node, last, text):
        progress = _PROGRESS.match(text)
        if self._console.is_live and progress:
            self._rows[name] = (state, node, progress[2])
        elif text.strip():
            self._console.say(f"{node}: {text}" if node else text)

    def _draw(self):
        if not self._console.is_live:
            return
        states = [state for state, _, _ in self._rows.values()]
        counts = {state: states.count(state) for state in dict.fromkeys(states)}
        total = ", ".join(f"{n} {state}" for state, n in counts.items())
        self._show(f"{len(states)} tasks: {total}", self)
        shown = [
            name
            for name, (state, _, _) in self._rows.items()
            if len(states) <= self._most or state in ("running", "again")
        ]
        for name in self._rows:
            self._show(self._row(name) if name in shown[:MOST] else None, name)

    def _row(self, name):
        state, node, last = self._rows[name]
        # While it shows how far it is, it need not say that it runs.
        parts = [(self._labels[name], 0), (state, 6 if last else 0), (node, 5)]
        parts += [(part, _rank(part)) for part in last.split(", ")]
        return Line(tuple(part for part in parts if part[0]))


def _rank(part):
    """Returns how soon a part of a line is left out where a terminal is narrow."""
    if part.startswith("epoch "):
        return 1
    if part.endswith(" left"):
        return 2
    return 4 if part.startswith("loss ") else 3


def _state(code):
    if code == NOT_BEGUN:
        return "not begun"
    return "failed" if code else "finished"
