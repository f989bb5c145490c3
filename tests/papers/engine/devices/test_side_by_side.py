"""Whole trainings side by side: what starts when, where, and with which command."""

import io
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console as RichConsole

from common.errors import UserError
from papers.engine.console import Console
from papers.engine.devices.side_by_side import command_of, side_by_side


def request(gpus):
    return SimpleNamespace(gpus=gpus, arguments=("linkdsl", "--gpus", str(gpus)))


class Job:
    """A training that is finished when its file is there."""

    def __init__(self, folder, name, needs=(), parts=()):
        self.path, self.name, self.short_name = Path(folder) / name, name, name
        self.needs = {job.name: job for job in needs}
        self.parts, self.trains = parts, not parts
        self.protocol = SimpleNamespace(towers=None)

    def finished(self):
        if self.parts:
            return {} if all(part.finished() for part in self.parts) else None
        return {"seconds": 0} if self.path.exists() else None


class Processes:
    """Stands in for `subprocess.Popen`: notes what runs at once, and where."""

    def __init__(self, folder, fails=()):
        self.folder, self.fails = Path(folder), fails
        self.begun, self.at_once, self.running = [], [], set()

    def __call__(self, command, env, **output):
        name = command[command.index("--only") + 1]
        self.begun.append((name, env["CUDA_VISIBLE_DEVICES"]))
        self.running.add(name)
        self.at_once.append(len(self.running))
        return Process(self, name)


class Process:
    """One of them, which ends as soon as it is looked at."""

    def __init__(self, all_of_them, name):
        self.all, self.name = all_of_them, name
        self.returncode = int(name in all_of_them.fails)
        self.stdout = [f"{name}: 2 epochs\n"]

    def poll(self):
        self.all.running.discard(self.name)
        if not self.returncode:
            (self.all.folder / self.name).touch()
        return self.returncode


@pytest.fixture
def console():
    return Console(RichConsole(file=io.StringIO(), width=160))


def lines_of(console):
    return console.rich.file.getvalue().splitlines()


@pytest.fixture
def two_gpus(monkeypatch):
    monkeypatch.setattr(
        "tensorflow.config.list_physical_devices", lambda kind: [kind] * 2
    )
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,7")
    monkeypatch.setattr("papers.engine.devices.side_by_side._POLL_SECONDS", 0)


def jobs_in(folder):
    """One that is needed, two others, one that needs, one of parts, one done."""
    first, other, third = (Job(folder, name) for name in "abc")
    after = Job(folder, "d", needs=[first])
    done = Job(folder, "e")
    done.path.touch()
    return [first, other, third, after, Job(folder, "f", parts=[first, after]), done]


def test_each_on_a_gpu_of_its_own_after_what_it_needs(tmp_path, two_gpus, console):
    start = Processes(tmp_path)
    side_by_side(jobs_in(tmp_path), request(2), console, start)
    assert [name for name, _ in start.begun] == ["a", "b", "c", "d"]
    assert {gpu for _, gpu in start.begun} == {"4", "7"}
    assert max(start.at_once) == 2
    # What each process prints is passed on, as whole lines.
    lines = lines_of(console)
    assert sorted(line for line in lines if "GPU" not in line) == [
        f"{name}: 2 epochs" for name in "abcd"
    ]
    assert len(lines) == 8


def test_a_training_that_fails_is_named(tmp_path, two_gpus, console):
    start = Processes(tmp_path, fails=("b",))
    with pytest.raises(UserError, match="b: .*finish"):
        side_by_side(jobs_in(tmp_path), request(2), console, start)
    assert (tmp_path / "a").exists()
    assert not start.running


def test_fewer_gpus(tmp_path, two_gpus, console):
    jobs = jobs_in(tmp_path)
    with pytest.raises(UserError, match=r"GPUS=3.*one device.*the same runs"):
        side_by_side(jobs, request(3), console)
    jobs[0].protocol.towers = 4
    with pytest.raises(UserError, match=r"4 towers take turns"):
        side_by_side(jobs, request(3), console)


def test_gpus_without_a_training_are_reported(tmp_path, two_gpus, console):
    side_by_side([Job(tmp_path, "a")], request(2), console, Processes(tmp_path))
    first, *others = lines_of(console)
    assert first == "GPUs without a training: 1 of 2"
    assert sorted(others) == ["GPU 0: a", "a: 2 epochs"]


def test_the_command_repeats_the_arguments(tmp_path):
    words = command_of(Job(tmp_path, "a"), request(2))
    assert words[1:] == ("-m papers train linkdsl --gpus 2 --only a --gpus 1".split())
