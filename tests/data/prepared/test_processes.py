"""Tasks in processes: every outcome comes back, and no process is left behind."""

import os
import signal
import subprocess
import sys
import time

import pytest

from common.errors import UserError
from data.prepared.processes import ProcessPool
from tests.data.prepared.process_tasks import begin
from tests.disks import ROOT

PARENT = """
import signal

from data.prepared.processes import ProcessPool
from tests.data.prepared.process_tasks import begin

# A background job of a shell ignores it, and its children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
with ProcessPool(2, begin, ("sleep",)) as pool:
    print(*(result for _, result, _ in pool.run(["pid", "pid2"])), flush=True)
    for _ in pool.run(["sleep", "sleep2"]):
        pass
"""


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        return file.read().rpartition(")")[2].split()[0] != "Z"


def all_end(pids):
    end = time.monotonic() + 10
    while any(map(is_alive, pids)) and time.monotonic() < end:
        time.sleep(0.02)
    return not any(map(is_alive, pids))


def test_every_task_has_its_own_outcome():
    """An error and a death fail their own tasks; the process is replaced."""
    tasks = ["a", "bad input", "dies", "exits", "bug", "modules", "b", "pid"]
    with ProcessPool(2, begin, ("did",)) as pool:
        outcomes = {task: (result, e) for task, result, e in pool.run(tasks)}
        again = list(pool.run(["c"]))
    assert again == [("c", "did c", None)]
    assert set(outcomes) == set(tasks)
    assert outcomes["a"] == ("did a", None)
    assert outcomes["b"] == ("did b", None)
    assert outcomes["modules"] == ([], None), "a process must stay small"
    error = outcomes["bad input"][1]
    assert isinstance(error, UserError)
    assert (error.file, error.received) == ("a.nii", "nothing")
    assert (error.expected, error.next_step) == ("a volume", "look at it")
    assert "KeyError: 'a bug'" in str(outcomes["bug"][1])
    assert "its process was killed" in str(outcomes["dies"][1])
    assert "exit code 3" in str(outcomes["exits"][1])
    assert all_end([outcomes["pid"][0]])


def test_no_tasks_no_processes():
    with ProcessPool(3, begin, ("did",)) as pool:
        assert list(pool.run([])) == []
    with pytest.raises(ValueError, match="at least one process"):
        ProcessPool(0, begin, ("did",))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_its_parent(number):
    """Not even one at work, whether its parent is asked to end or is killed."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    try:
        assert len(set(pids)) == 2
        assert all(map(is_alive, pids))
        parent.send_signal(number)
        _, errors = parent.communicate(timeout=20)
        assert parent.returncode in (-number, 128 + number), errors
        assert all_end(pids)
    finally:
        parent.kill()
        parent.communicate()


def test_an_error_in_the_loop_ends_the_processes():
    with pytest.raises(KeyboardInterrupt):
        with ProcessPool(1, begin, ("did",)) as pool:
            outcomes = pool.run(["pid", "sleep"])
            pid = next(outcomes)[1]
            assert is_alive(pid)
            raise KeyboardInterrupt
    assert not is_alive(pid)
