"""What a node does with a task: its command, its lines, its end."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from papers.engine.devices.node import NOT_BEGUN, LostError, run_task, tied

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def run(tmp_path):
    """Runs a program as a task; returns its result and its messages."""

    def run(program, *before, token="token", environment=None, cores=None):
        (tmp_path / "token").touch()
        messages, place = [], (str(tmp_path), token, environment or {})

        def note(*message):
            messages.append(message)

        command = [sys.executable, "-c", program]
        try:
            result = run_task("one", command, place, note, *before, cores=cores)
        except LostError as error:
            result = error
        return result, [(kind, text) for _, kind, text in messages]

    return run


def test_lines_and_exit_code(run, tmp_path):
    code, messages = run("import os; print(os.getcwd()); raise SystemExit(3)")
    assert code == 3
    assert messages[0][0] == "begins"
    assert messages[1:] == [("line", str(tmp_path)), ("ends", "3")]


@pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity"), reason="the system binds no process to cores"
)
def test_a_task_gets_as_many_cores_as_it_asks_for(run, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    _, messages = run("import os; print(len(os.sched_getaffinity(0)))", cores=1)
    assert ("line", "1") in messages


def test_after_one_that_failed_nothing_begins(run):
    assert run("print(1)", 0, 2) == (NOT_BEGUN, [("ends", str(NOT_BEGUN))])
    assert run("print(1)", 0, 0)[0] == 0


def test_a_node_that_sees_another_folder(run):
    code, messages = run("print(1)", token="other")
    assert code == 2
    assert "does not see" in messages[1][1]
    assert ("line", "1") not in messages


def test_a_killed_process_and_a_lost_machine_are_tried_again(run):
    assert isinstance(run("import os; os.kill(os.getpid(), 9)")[0], LostError)
    assert isinstance(run("raise SystemExit(75)")[0], LostError)


def test_variables_are_set_and_taken_away(run, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    program = "import os; print(os.environ.get('OMP_NUM_THREADS'), os.environ['B'])"
    _, messages = run(program, environment={"OMP_NUM_THREADS": None, "B": "make x"})
    assert ("line", "None make x") in messages


def is_gone(pid):
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        # A child of nobody that nobody waits for stays as a zombie in a container.
        if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
            return True
        time.sleep(0.1)
    return False


@pytest.mark.skipif(tied(["x"]) == ["x"], reason="no setpriv, of util-linux, here")
def test_a_command_ends_with_its_parent():
    program = (
        "import subprocess, sys\n"
        "from papers.engine.devices.node import tied\n"
        "child = subprocess.Popen(tied(['sleep', '600']))\n"
        "print(child.pid, flush=True)\n"
        "child.wait()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with parent:
        child = int(parent.stdout.readline())
        name = Path(f"/proc/{child}/comm")
        while name.read_text().strip() != "sleep":  # setpriv has done its part then
            time.sleep(0.01)
        parent.send_signal(signal.SIGKILL)
    assert is_gone(child)
