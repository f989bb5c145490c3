"""Tasks in processes: every outcome comes back, and no process stays."""

import os
import signal
import subprocess
import sys
import time

import pytest

from common.errors import UserError
from data.prepared.workers import Workers
from tests.data.prepared.worker_tasks import begin
from tests.disks import ROOT

PARENT = """
import signal

from data.prepared.workers import Workers
from tests.data.prepared.worker_tasks import begin

# A background job of a shell has it ignored, and passes that on.
signal.signal(signal.SIGINT, signal.default_int_handler)
with Workers(2, begin, ("sleep",)) as workers:
    print(*(result for _, result, _ in workers.run(["pid", "pid2"])), flush=True)
    for _ in workers.run(["sleep", "sleep2"]):
        pass
"""


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
        return file.read().rpartition(")")[2].split()[0] != "Z"


def wait_for_the_end_of(pids):
    end = time.monotonic() + 10
    while any(map(is_alive, pids)) and time.monotonic() < end:
        time.sleep(0.02)
    return not any(map(is_alive, pids))


def test_every_task_has_its_own_outcome():
    """An error and a death fail their own tasks; the process is replaced."""
    tasks = ["a", "bad input", "dies", "exits", "bug", "modules", "b", "pid"]
    with Workers(2, begin, ("did",)) as workers:
        outcomes = {task: (result, e) for task, result, e in workers.run(tasks)}
        again = list(workers.run(["c"]))
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
    assert wait_for_the_end_of([outcomes["pid"][0]])


def test_no_tasks_no_processes():
    with Workers(3, begin, ("did",)) as workers:
        assert list(workers.run([])) == []
    with pytest.raises(ValueError, match="at least one worker"):
        Workers(0, begin, ("did",))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_its_parent(number):
    """Not even one that is at work, whether its parent is asked to end or killed."""
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
        _, told = parent.communicate(timeout=20)
        assert parent.returncode in (-number, 128 + number), told
        assert wait_for_the_end_of(pids)
    finally:
        parent.kill()
        parent.communicate()


def test_an_error_in_the_loop_ends_the_processes():
    with pytest.raises(KeyboardInterrupt):
        with Workers(1, begin, ("did",)) as workers:
            outcomes = workers.run(["pid", "sleep"])
            pid = next(outcomes)[1]
            assert is_alive(pid)
            raise KeyboardInterrupt
    assert not is_alive(pid)
