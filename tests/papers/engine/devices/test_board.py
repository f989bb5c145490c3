"""The table of all tasks, in a terminal and in a pipe."""

import io

import pytest
from rich.console import Console as RichConsole

from papers.engine.console import Console
from papers.engine.devices.board import Board
from papers.engine.devices.tasks import Task


def board_of(count, live):
    rich = RichConsole(file=io.StringIO(), width=160, force_interactive=live)
    console, shown = Console(rich), {}
    tasks = [Task(f"train {n}", f"net {n}", ()) for n in range(count)]
    board = Board(tasks, console, lambda line, key: shown.update({key: line}))

    def rows():
        return [" ".join(str(line).split()) for line in shown.values() if line]

    return board, rows, lambda: rich.file.getvalue().splitlines()


def test_a_row_per_task_with_state_node_and_progress():
    board, rows, printed = board_of(2, live=True)
    assert rows() == ["2 tasks: 2 waiting", "net 0: waiting", "net 1: waiting"]
    board.on_message("train 0", "begins", "node7")
    line = "[1/2] net 0: training, epoch 3/5, loss 0.5, 12 min left"
    board.on_message("train 0", "line", line)
    assert rows() == [
        "2 tasks: 1 running, 1 waiting",
        "net 0: running, node7, epoch 3/5, loss 0.5, 12 min left",
        "net 1: waiting",
    ]
    assert printed() == []
    board.on_message("train 0", "line", "[1/2] net 0: 5 epochs, best in epoch 3")
    board.on_message("train 0", "ends", "0")
    board.on_message("train 1", "ends", "-1")
    assert printed() == ["node7: [1/2] net 0: 5 epochs, best in epoch 3"]
    assert rows()[1:] == ["net 0: finished, node7", "net 1: not begun"]


def test_a_task_that_begins_again_says_so():
    board, rows, printed = board_of(1, live=True)
    board.on_message("train 0", "begins", "node7")
    board.on_message("train 0", "begins", "node8")
    assert rows()[1] == "net 0: again, node8"
    assert printed() == ["net 0: begins again on node8"]


@pytest.mark.parametrize(
    "kind, text, state", [("lost", "why", "lost"), ("ends", "2", "failed")]
)
def test_ends_that_are_bad(kind, text, state):
    board, rows, _ = board_of(1, live=True)
    board.on_message("train 0", kind, text)
    assert rows()[1].startswith(f"net 0: {state}")


def test_of_many_tasks_those_that_run_are_shown():
    board, rows, _ = board_of(100, live=True)
    assert rows() == ["100 tasks: 100 waiting"]
    board.on_message("train 42", "begins", "node7")
    assert rows() == ["100 tasks: 99 waiting, 1 running", "net 42: running, node7"]


NAME = "resunet-hierarchical patient fold 0 seed 0"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            "training, epoch 12/32, loss 0.5123, val dice 0.4567, 12 min left",
            "epoch 12/32, 12 min left",
        ),
        ("scoring: 1/3, 4 s left", "running, 1/3, 4 s left"),
        ("maps: 100/160, 4 s left", "running, 100/160, 4 s left"),
    ],
)
def test_a_usual_terminal_shows_how_far_each_is(line, shown):
    """The longest name of all papers, in 80 columns less those of the spinner."""
    found = {}
    rich = RichConsole(file=io.StringIO(), width=80, force_interactive=True)
    tasks = [Task(f"train {n}", NAME, ()) for n in range(2)]
    board = Board(
        tasks, Console(rich), lambda text, key: found.update({key: text}), most=0
    )
    board.on_message("train 0", "begins", "")
    board.on_message("train 0", "line", f"[6/6] {NAME}: {line}")
    assert rich.file.getvalue() == ""
    assert found["train 1"] is None
    assert found["train 0"].fitted(77) == f"{NAME}: {shown}"


def test_a_pipe_gets_lines():
    board, rows, printed = board_of(1, live=False)
    board.on_message("train 0", "begins", "node7")
    board.on_message("train 0", "line", "net 0: training, epoch 1/5, loss 0.5")
    assert printed() == [
        "net 0: begins on node7",
        "node7: net 0: training, epoch 1/5, loss 0.5",
    ]
    assert rows() == []
