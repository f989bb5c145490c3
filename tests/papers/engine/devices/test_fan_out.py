"""Whole jobs at once: what a cluster is given, and what its end means."""

import io

import pytest
from rich.console import Console as RichConsole

from common.errors import UserError
from papers.engine.console import Console
from papers.engine.devices.fan_out import fan_out
from tests.papers.engine.devices.stand_ins import Job, jobs_in, request


class Cluster:
    """Stands in for `RayCluster`: runs one task after the other, in this process."""

    def __init__(self, fails=()):
        self.fails, self.begun, self.is_open = fails, [], False

    def __enter__(self):
        self.is_open = True
        return self

    def __exit__(self, *_):
        self.is_open = False

    def run(self, tasks, on_message):
        assert self.is_open
        codes = {}
        for task in tasks:
            if any(codes[name] for name in task.after):
                codes[task.name] = -1
                on_message(task.name, "ends", "-1")
                continue
            self.begun.append(task)
            on_message(task.name, "begins", "node1")
            on_message(task.name, "line", f"{task.label}: 2 epochs")
            codes[task.name] = int(task.name in self.fails)
            on_message(task.name, "ends", str(codes[task.name]))
        return codes


@pytest.fixture
def console():
    return Console(RichConsole(file=io.StringIO(), width=160))


def lines_of(console):
    return console.rich.file.getvalue().splitlines()


def gpus(monkeypatch, there):
    monkeypatch.setattr(
        "tensorflow.config.list_physical_devices", lambda kind: [kind] * there
    )


def test_all_that_is_left_runs(tmp_path, console):
    cluster = Cluster()
    fan_out(jobs_in(tmp_path), request(), console, "train", cluster)
    assert [task.name for task in cluster.begun] == ["train a", "train b", "train c"]
    assert lines_of(console) == [
        line
        for name in "abc"
        for line in (f"{name}: begins on node1", f"node1: {name}: 2 epochs")
    ]


def test_one_that_fails_fails_alone_and_is_named(tmp_path, console):
    cluster = Cluster(fails=("train a",))
    with pytest.raises(UserError, match="^a, c: .*finish.*resumes"):
        fan_out(jobs_in(tmp_path), request(), console, "train", cluster)
    assert [task.name for task in cluster.begun] == ["train a", "train b"]
    assert not cluster.is_open


def test_nothing_left_needs_no_cluster(tmp_path, console):
    job = Job(tmp_path, "a")
    job.path.touch()
    fan_out([job], request(cluster="nowhere:1"), console, "train")
    assert lines_of(console) == []


def test_fewer_gpus_than_asked_for(tmp_path, monkeypatch, console):
    gpus(monkeypatch, 2)
    jobs, asked = jobs_in(tmp_path), request(cluster="", gpus=3)
    with pytest.raises(UserError, match=r"GPUS=3.*one device.*the same runs"):
        fan_out(jobs, asked, console, "train", Cluster())
    jobs[0].protocol.towers = 4
    with pytest.raises(UserError, match=r"4 towers take turns"):
        fan_out(jobs, asked, console, "train", Cluster())


def test_gpus_without_a_task_are_reported(tmp_path, monkeypatch, console):
    gpus(monkeypatch, 2)
    asked = request(cluster="", gpus=2)
    fan_out([Job(tmp_path, "a")], asked, console, "train", Cluster())
    assert lines_of(console)[0] == "GPUs without a task: 1 of 2"


def test_gpus_of_a_job_are_one_or_one_for_each_tower(tmp_path, console):
    asked = request(gpus_per_job=2)
    with pytest.raises(UserError, match="GPUS_PER_JOB=2.*0 or 1: GPUs that share"):
        fan_out(jobs_in(tmp_path), asked, console, "train", Cluster())
    asked.protocol.towers = 2
    fan_out(jobs_in(tmp_path), asked, console, "train", Cluster())
