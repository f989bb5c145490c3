"""What the user sees, in a terminal and elsewhere."""

import io
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console as RichConsole

from common.reporting.people import SmallTable
from data import lines
from papers.engine.console import Console, count
from tests.terminal import Terminal, screen

ROOT = Path(__file__).resolve().parents[3]

NOTICE = (
    "These are PHANTOM results: synthetic heads, narrow networks, few epochs. They "
    "show that everything runs.\nwrote results/linkdsl/phantom/a-very-long-name.png"
)


@pytest.mark.parametrize("width", [24, 40, 80])
def test_a_terminal_breaks_a_notice_between_words_only(width):
    file = io.StringIO()
    rich = RichConsole(file=file, force_terminal=True, width=width, highlight=False)
    Console(rich).say(NOTICE)
    shown = file.getvalue()
    assert shown.split() == NOTICE.split()
    assert all(len(line) <= width or " " not in line for line in shown.splitlines())


def test_a_file_gets_a_notice_as_it_is():
    file = io.StringIO()
    Console(RichConsole(file=file, width=40)).say(NOTICE)
    assert file.getvalue() == NOTICE + "\n"


HEAD = ("key", "where or why")
ROWS = [
    ("training.learning_rate", "stated in section III, for all networks"),
    ("file [a]", "/a/long/path/of/one/file.nii.gz"),
]


@pytest.mark.parametrize("width", [24, 40, 80])
def test_a_table_breaks_between_words_only(width):
    file = io.StringIO()
    rich = RichConsole(file=file, force_terminal=True, width=width, color_system=None)
    Console(rich).table(HEAD, ROWS, "Title")
    shown = file.getvalue().replace(":", " ").split()
    for text in ("Title", *HEAD, *ROWS[0], *ROWS[1]):
        assert set(text.split()) <= set(shown)
    assert ("│" in shown) == (width == 80)


def test_a_file_gets_a_whole_table():
    file = io.StringIO()
    Console(RichConsole(file=file, width=160)).table(HEAD, ROWS)
    (line,) = [line for line in file.getvalue().splitlines() if "learning" in line]
    assert all(cell in line for cell in ROWS[0])


def test_a_table_in_a_pipe_has_no_lines_but_its_notes():
    file = io.StringIO()
    console = Console(RichConsole(file=file, width=160))
    console.small_table(SmallTable("Dice", HEAD, tuple(ROWS), (1,), ("A note.",)))
    shown = file.getvalue()
    assert not set("│┃━─┏") & set(shown)
    title, head, *rows, note, _ = [line.rstrip() for line in shown.splitlines()]
    assert (title, head.split()[0], len(rows), note) == ("Dice", "key", 2, "A note.")


def test_a_terminal_gets_a_line_between_sections():
    file = io.StringIO()
    rich = RichConsole(file=file, force_terminal=True, width=99, color_system=None)
    Console(rich).table(HEAD, ROWS, "Title", sections=(1,))
    lines = file.getvalue().splitlines()
    first, second = (
        next(n for n, line in enumerate(lines) if word in line)
        for word in ("learning_rate", "[a]")
    )
    assert second - first == 2


def test_one_is_singular():
    assert [count(n, "case") for n in (0, 1, 2)] == ["0 cases", "1 case", "2 cases"]


# Two trainings of 3 epochs of 4 steps, and a stage that works through 30 items.
STAGES = """
import time
from types import SimpleNamespace
from papers.engine.console import Console
plan = SimpleNamespace(epochs=3, steps_per_epoch=4, steps=12)
console = Console()
for name in ("[1/2] unet", "[2/2] cuna"):
    with console.training(name + " fold 0 seed 0", plan) as line:
        for step in range(12):
            time.sleep(0.05)
            row = None
            if step % 4 == 3:
                # Once for longer than the quarter of a second between two drawings.
                pause = 0.6 if step == 7 and name.startswith("[1") else 0.05
                line.watched(lambda: time.sleep(pause))()
                row = {"epoch": 1, "loss": 0.5, "val_dice": 0.25}
            line.on_progress(step // 4, step % 4 + 1, row)
        if name.startswith("[1"):
            console.say("a warning")
            print("a line of another library")
    console.say(f"{name}: 3 epochs")
for item in console.track(range(30), "scoring"):
    time.sleep(0.02)
console.say("scored 30 cases")
"""
LEFT = [
    "a warning",
    "a line of another library",
    "[1/2] unet: 3 epochs",
    "[2/2] cuna: 3 epochs",
    "scored 30 cases",
]


def stages(**more):
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C"}
    return {"env": environment | {"TERM": "xterm-256color"} | more}


@pytest.mark.parametrize("columns", [20, 40, 80, 200])
@pytest.mark.parametrize("more", [{}, {"NO_COLOR": "1"}, {"LC_ALL": "POSIX"}], ids=str)
def test_a_terminal_shows_one_line_per_training(columns, more):
    terminal = Terminal([sys.executable, "-c", STAGES], columns, **stages(**more))
    code, shown = terminal.finish()
    assert code == 0
    wanted = LEFT if columns > 25 else [word for line in LEFT for word in line.split()]
    shown = [line for line in shown if line]
    assert (shown if columns > 25 else " ".join(shown).split()) == wanted
    # While it ran there was a line, never broken, that changed.
    seen = {line for line in states(terminal.output, columns) if "unet" in line}
    assert 0 < max(map(len, seen)) <= columns
    if columns == 200:
        assert any("validating, epoch 2/3, loss 0.5000, val dice" in x for x in seen)
    if columns > 60:
        assert len(seen) > 2
        assert "scoring: " in terminal.output and " left" in terminal.output


def states(output, columns):
    """Every line that stood at the bottom at some time."""
    for end in range(1, len(output)):
        if output[end] in "\r\n":
            yield screen(output[:end], columns)[-1]


@pytest.mark.parametrize(
    "more", [{"TERM": "dumb"}, {"TERM": "unknown"}, {"TTY_INTERACTIVE": "0"}], ids=str
)
def test_a_terminal_that_cannot_go_back_gets_plain_lines(more):
    terminal = Terminal([sys.executable, "-c", STAGES], 80, **stages(**more))
    code, _ = terminal.finish()
    assert code == 0 and "\x1b" not in terminal.output.replace("\x1b[0m", "")
    assert terminal.output.split("\r\n") == [*LEFT, ""]


@pytest.mark.parametrize(
    "more",
    [{}, {"FORCE_COLOR": "1"}, {"CI": "true", "TTY_COMPATIBLE": "1"}, {"COLUMNS": "9"}],
    ids=str,
)
def test_a_pipe_gets_plain_lines(more):
    done = subprocess.run(
        [sys.executable, "-c", STAGES], capture_output=True, text=True, **stages(**more)
    )
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout.splitlines() == LEFT


def epochs(monkeypatch, seconds_of_an_epoch):
    """The lines that a pipe gets of a training of 40 epochs of 5 steps."""
    clock, file = [0.0], io.StringIO()
    monkeypatch.setattr(lines.time, "monotonic", lambda: clock[0])
    plan = SimpleNamespace(epochs=40, steps_per_epoch=5, steps=200)
    with Console(RichConsole(file=file, width=160)).training("unet", plan) as line:
        for step in range(200):
            clock[0] += seconds_of_an_epoch / 5
            row = {"loss": 0.5, "val_dice": 0.25} if step % 5 == 4 else None
            line.on_progress(step // 5, step % 5 + 1, row)
    return file.getvalue().splitlines()


@pytest.mark.parametrize(("seconds", "count"), [(0.1, 0), (1.25, 10), (60.0, 40)])
def test_a_pipe_gets_a_line_per_epoch_at_most(monkeypatch, seconds, count):
    shown = epochs(monkeypatch, seconds)
    assert len(shown) == count
    assert all(line.startswith("unet: training, epoch ") for line in shown)


def test_what_was_said_once_is_not_said_again(capsys):
    console = Console()
    for line in ("a", "b", "a"):
        console.say_once(line)
    assert capsys.readouterr().out == "a\nb\n"


def test_names_of_files_do_not_reach_the_terminal():
    file, name = io.StringIO(), "a\x1b[2J\x9b1m\udcff.nii"
    console = Console(RichConsole(file=file, highlight=False, width=60))
    console.say(name)
    console.text(name)
    console.table(("file",), [[name]])
    shown = file.getvalue()
    assert shown.encode() and shown.count(r"a\x1b[2J\x9b1m\udcff.nii") == 3
    assert "\x1b[2J" not in shown and "\x9b" not in shown
