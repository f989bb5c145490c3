"""Processes that do tasks at once on this machine: their order, cores, and ends."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from papers.engine.devices.node import NOT_BEGUN
from papers.engine.devices.tasks import Task
from papers.engine.devices.workers import DONE, Workers, longest_chains_first

PROGRAM = f"""
import os, signal, sys, time
if "broken" in sys.argv:
    raise SystemExit(3)
if "alone" in sys.argv:  # there is memory for one
    try:
        os.mkdir(sys.argv[-1])
    except FileExistsError:
        raise SystemExit(4)
print({DONE!r}, flush=True)
for line in sys.stdin:
    step, name = line.split()
    print(os.getpid(), step, name, flush=True)
    if name == "fails":
        if "alone" in sys.argv:
            os.rmdir(sys.argv[-1])
        raise SystemExit(3)
    if name == "leaves":
        raise SystemExit(0)
    if name == "dies":
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "waits":
        time.sleep(60)
    if name == "mutters":
        print("without an end of line", end="")
    if name == "asks":
        print(os.environ["BRAINTUMOR_COMMAND"], sys.argv[1:])
        print(sorted(getattr(os, "sched_getaffinity", lambda _: [])(0)))
    time.sleep(0.05)
    print({DONE!r}, flush=True)
"""
binds = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity"), reason="the system binds no process to cores"
)


@pytest.fixture(autouse=True)
def locks(tmp_path, monkeypatch):
    """The locks of this test only: other tests may run tasks meanwhile."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def tasks(**needs):
    """Trainings and scorings of jobs by name, with the jobs that each needs."""
    trainings = [
        Task(f"train {name}", name, (), tuple(f"train {one}" for one in needed))
        for name, needed in needs.items()
    ]
    scorings = [
        Task(f"evaluate {name}", f"{name}: score", (), (f"train {name}",))
        for name in needs
    ]
    return trainings + scorings


def workers(count, cores=1, words=("words",)):
    return Workers(words, count, cores, "make it", (sys.executable, "-c", PROGRAM))


def done(todo, count, cores=1):
    """Does tasks; returns their codes and who did which, in order."""
    heard = []
    with workers(count, cores) as pool:
        codes = pool.run(todo, lambda *message: heard.append(message))
    assert set(codes) == {task.name for task in todo}
    ends = [(name, int(text)) for name, kind, text in heard if kind == "ends"]
    assert dict(ends) == codes
    lines = [text.split() for _, kind, text in heard if kind == "line"]
    return codes, [(pid, f"{step} {name}") for pid, step, name in lines]


def test_each_begins_after_those_that_it_needs_and_its_score_where_it_was_trained():
    codes, lines = done(tasks(a=(), b=("c",), c=(), d=("b",)), count=2)
    assert set(codes.values()) == {0}
    order, by = [name for _, name in lines], {name: pid for pid, name in lines}
    assert len(set(by.values())) == 2
    for first, second in ("cb", "bd"):
        assert order.index(f"train {first}") < order.index(f"train {second}")
    assert order[0] == "train c" or order[1] == "train c"
    for name in "acd":
        assert by[f"evaluate {name}"] == by[f"train {name}"]


def test_one_process_does_all():
    codes, lines = done(tasks(a=(), b=(), c=()), count=1)
    assert set(codes.values()) == {0}
    assert len({pid for pid, _ in lines}) == 1
    assert len(lines) == 6


def test_a_line_without_an_end_hides_no_end_of_a_task():
    heard = []
    with workers(1) as pool:
        codes = pool.run(tasks(mutters=(), a=()), lambda *m: heard.append(m[2]))
    assert set(codes.values()) == {0}
    assert heard.count("without an end of line") == 2


def test_what_ends_the_first_process_is_not_tried_again_for_each_task():
    todo = [Task(f"train {name}", name, ()) for name in ("c", "a", "b")]
    heard = []
    with workers(1, words=("broken",)) as pool:
        codes = pool.run(todo, lambda *m: heard.append(m[1:]))
    assert list(codes.values()) == [3, NOT_BEGUN, NOT_BEGUN]
    assert heard.count(("ends", str(NOT_BEGUN))) == 2


@pytest.mark.parametrize("names", [("fails", "a", "b"), ("a", "fails", "b")])
def test_one_that_does_not_start_beside_another_takes_no_task_with_it(tmp_path, names):
    """Nor does the end of the other one, after which there is room for a new one."""
    todo = [Task(f"train {name}", name, ()) for name in names]
    with workers(2, words=("alone", str(tmp_path / "memory"))) as pool:
        codes = pool.run(todo, lambda *_: None)
    assert codes == {"train fails": 3, "train a": 0, "train b": 0}


def test_a_process_that_has_gone_leaves_its_task_to_another(monkeypatch):
    todo = [Task(f"train {name}", name, ()) for name in ("a", "b")]

    def on_message(name, kind, text):
        if (name, kind) == ("train a", "ends"):  # before it hears of the next
            process = pool._workers[0]._process
            process.kill()
            process.wait()

    with workers(1) as pool:
        codes = pool.run(todo, on_message)
    assert codes == {"train a": 0, "train b": 0}


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize(("name", "code"), [("fails", 3), ("leaves", 1), ("dies", -9)])
def test_a_task_that_ends_its_process_fails_alone(name, code, count):
    """Also where it is the first of the only process."""
    needs = {name: (), "after": (name,), "last": ("after",), "b": ()}
    heard = []
    with workers(count) as pool:
        codes = pool.run(tasks(**needs), lambda *message: heard.append(message))
    failed = {k: v for k, v in codes.items() if v}
    lost = [f"train {k}" for k in ("after", "last")]
    lost += [f"evaluate {k}" for k in (name, "after", "last")]
    assert failed == {f"train {name}": code} | dict.fromkeys(lost, NOT_BEGUN)
    said = [text for who, kind, text in heard if who == f"train {name}"]
    assert any(text.startswith("killed by signal 9") for text in said) == (code < 0)
    # Fewer than one cannot be.
    advised = any("CPUS_PER_JOB=2 runs fewer" in text for text in said)
    assert advised == (code < 0 and count > 1)


@binds
def test_a_process_has_cores_of_its_own_the_words_and_the_command(tmp_path):
    heard = []
    with workers(1) as pool:
        pool.run([Task("train asks", "asks", ())], lambda *m: heard.append(m[2]))
    assert "make it ['words']" in heard
    assert f"[{min(os.sched_getaffinity(0))}]" in heard


@binds
def test_where_no_core_is_free_it_has_as_many_all_the_same():
    heard = []
    with workers(1) as one, workers(1, len(os.sched_getaffinity(0))) as other:
        for pool in (one, other):
            pool.run([Task("train asks", "asks", ())], lambda *m: heard.append(m[2]))
    assert str(sorted(os.sched_getaffinity(0))) in heard


def test_ctrl_c_ends_the_processes():
    heard, main = [], threading.main_thread().ident

    def on_message(name, kind, text):
        heard.append(text)
        if kind == "line":  # as if the user had typed it while the task runs
            signal.pthread_kill(main, signal.SIGINT)

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt), workers(1) as pool:
        pool.run([Task("train waits", "waits", ())], on_message)
    assert time.monotonic() - started < 30
    pid = int(heard[1].split()[0])
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs setpriv of util-linux")
def test_a_process_ends_with_the_one_that_waits_for_it():
    program = (
        "import os, sys\n"
        "from papers.engine.devices.tasks import Task\n"
        "from papers.engine.devices.workers import Workers\n"
        f"one = Workers([], 1, 1, '', (sys.executable, '-c', {PROGRAM!r}))\n"
        "with one as pool:\n"
        "    tasks = [Task('train waits', 'waits', ())]\n"
        "    pool.run(tasks, lambda *m: print(m[2], flush=True))\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    )
    with parent.stdout as lines:
        lines.readline()  # it begins
        pid = int(lines.readline().split()[0])
        parent.kill()
        parent.wait()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and _runs(pid):
        time.sleep(0.1)
    assert not _runs(pid)


def _runs(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_what_others_wait_for_begins_first():
    todo = tasks(a=(), b=(), c=("b",), d=("c",))
    order = [task.name for task in longest_chains_first(todo)]
    assert order[:4] == ["train b", "train c", "train a", "train d"]
    assert order[4:] == [f"evaluate {name}" for name in "abcd"]
