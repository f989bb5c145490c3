"""What `GPUS=N` does with each paper, and whole trainings side by side."""

import contextlib
import os
from pathlib import Path
from types import SimpleNamespace

import keras
import pytest

from common.errors import UserError
from common.evidence import replace
from common.training.towers import mirrored
from papers import registry
from papers.engine.cli import stages as commands
from papers.engine.cli.stages import Options
from papers.engine.devices.side_by_side import command_of, side_by_side
from papers.engine.devices.towers_for import check_devices, towers_on
from papers.engine.runner import Runner


@pytest.mark.parametrize(
    "paper, gpus, towers",
    [
        ("hierdice", None, None),
        ("hierdice", 1, None),
        ("hierdice", 3, 3),
        # Its towers are three: others would be another method.
        ("hierdice", 2, None),
        ("linkdsl", 2, 2),
        ("linkdsl", 4, 4),
        ("linkdsl", 3, None),
        ("anisocascade", 5, 5),
        ("anisocascade", 2, None),
        ("dsunet", 2, None),
    ],
)
def test_towers_where_the_batch_divides(paper, gpus, towers):
    assert towers_on(gpus, registry.paper(paper).published) == towers


def test_own_towers_are_no_wish_of_the_user():
    hierdice, linkdsl = (registry.paper(p).published for p in ("hierdice", "linkdsl"))
    assert towers_on(3, hierdice, own=False) is None
    assert towers_on(2, linkdsl, own=False) == 2


def with_gpus(monkeypatch, there):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    gpus = [SimpleNamespace()] * there
    monkeypatch.setattr("tensorflow.config.list_physical_devices", lambda kind: gpus)


@pytest.mark.parametrize(
    "paper, gpus, words",
    [
        ("linkdsl", 1, "GPUS=1.*the same runs"),
        ("linkdsl", 2, "GPUS=2.*another run"),
        # Whole trainings side by side: 3 does not divide the batch.
        ("linkdsl", 3, "GPUS=3.*the same runs"),
        ("hierdice", 1, "GPUS=1.*take turns"),
        ("hierdice", 2, "GPUS=2.*take turns"),
    ],
)
def test_gpus_that_are_not_there(monkeypatch, paper, gpus, words):
    protocol = registry.paper(paper).published
    with_gpus(monkeypatch, 0)
    with pytest.raises(UserError, match=words):
        check_devices(gpus, protocol)
    with_gpus(monkeypatch, gpus)
    assert check_devices(gpus, protocol) is None
    assert check_devices(None, protocol) is None


def test_synchronized_towers_need_a_device_each(monkeypatch):
    published = registry.paper("hierdice").published
    protocol = replace(published, {"network.synchronized": "true"})
    with_gpus(monkeypatch, 3)
    for gpus in (None, 1, 2):
        with pytest.raises(UserError, match=r"synchronized.*GPUS=3"):
            check_devices(gpus, protocol)
    assert check_devices(3, protocol) is None
    assert check_devices(None, replace(protocol, {"training.towers": 1})) is None
    two = '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"index": 0}}'
    monkeypatch.setenv("TF_CONFIG", two)
    assert check_devices(None, protocol) is None


def test_no_towers_at_all_are_refused():
    with pytest.raises(UserError, match=r"training.towers.*at least 1"):
        replace(registry.paper("hierdice").published, {"training.towers": "0"})


@pytest.mark.parametrize("only, expected", [("", ["all", "a", "b"]), ("b", ["b"])])
def test_one_training_only_is_not_side_by_side(monkeypatch, only, expected):
    done = []
    runner = SimpleNamespace(
        jobs=[SimpleNamespace(name=name) for name in "ab"],
        train_at_once=lambda options: done.append("all"),
        train=lambda job: done.append(job.name),
    )
    monkeypatch.setattr(commands, "_prepared", lambda *_, **__: runner)
    commands.train(Options("linkdsl", gpus=3, only=only))
    assert done == expected


class Job:
    """A training that is finished when its file is there."""

    def __init__(self, folder, name, needs=(), parts=()):
        self.path, self.name = Path(folder) / name, name
        self.needs = {job.name: job for job in needs}
        self.parts, self.weights = parts, None
        self.protocol = SimpleNamespace(training=SimpleNamespace())

    def finished(self):
        if self.parts:
            return {} if all(part.finished() for part in self.parts) else None
        return {"seconds": 0} if self.path.exists() else None


class Processes:
    """Stands in for `subprocess.Popen`: notes what runs at once, and where."""

    def __init__(self, folder, fails=()):
        self.folder, self.fails = Path(folder), fails
        self.begun, self.at_once, self.running = [], [], set()

    def __call__(self, command, env):
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

    def poll(self):
        self.all.running.discard(self.name)
        if not self.returncode:
            (self.all.folder / self.name).touch()
        return self.returncode


@pytest.fixture
def two_gpus(monkeypatch):
    monkeypatch.setattr(
        "tensorflow.config.list_physical_devices", lambda kind: [kind] * 2
    )
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,7")
    monkeypatch.setattr("papers.engine.devices.side_by_side._SECONDS_BETWEEN_LOOKS", 0)


def jobs_in(folder):
    """One that is needed, two others, one that needs, one of parts, one done."""
    first, other, third = (Job(folder, name) for name in "abc")
    after = Job(folder, "d", needs=[first])
    done = Job(folder, "e")
    done.path.touch()
    return [first, other, third, after, Job(folder, "f", parts=[first, after]), done]


def test_each_on_a_gpu_of_its_own_after_what_it_needs(tmp_path, two_gpus):
    start, said = Processes(tmp_path), []
    side_by_side(jobs_in(tmp_path), Options("linkdsl"), 2, said.append, start)
    assert [name for name, _ in start.begun] == ["a", "b", "c", "d"]
    assert {gpu for _, gpu in start.begun} == {"4", "7"}
    assert max(start.at_once) == 2
    assert len(said) == 4


def test_a_training_that_fails_is_named(tmp_path, two_gpus):
    start = Processes(tmp_path, fails=("b",))
    with pytest.raises(UserError, match="b: .*come to their end"):
        side_by_side(jobs_in(tmp_path), Options("linkdsl"), 2, print, start)
    assert (tmp_path / "a").exists()
    assert not start.running


def test_fewer_gpus(tmp_path, two_gpus):
    jobs = jobs_in(tmp_path)
    with pytest.raises(UserError, match=r"GPUS=3.*one device.*the same runs"):
        side_by_side(jobs, Options("linkdsl"), 3, print)
    jobs[0].protocol.training.towers = 4
    with pytest.raises(UserError, match=r"4 towers take turns"):
        side_by_side(jobs, Options("linkdsl"), 3, print)


def test_gpus_without_a_training_are_told(tmp_path, two_gpus):
    said, job = [], Job(tmp_path, "a")
    side_by_side([job], Options("linkdsl"), 2, said.append, Processes(tmp_path))
    assert said[0] == "GPUs without a training: 1 of 2"
    assert len(said) == 2


def test_the_command_has_the_same_options(tmp_path, monkeypatch):
    """Read by the command line itself, which then trains that job only."""
    from papers import __main__

    received = []
    monkeypatch.setattr(commands, "train", received.append)
    given = Options(
        "hierdice",
        data=Path("brats"),
        profile="cpu",
        methods="unet-bootstrapping",
        folds="0,1",
        seeds="2",
        splits=Path("own.csv"),
        epochs=3,
        changes=["network.fusion=seq", "slices.group=all"],
        gpus=2,
    )
    words = command_of(Job(tmp_path, "a"), given)
    assert words[1:3] == ["-m", "papers"]
    with contextlib.suppress(SystemExit):
        __main__.main(words[3:])
    (options,) = received
    assert (options.only, options.gpus) == ("a", None)
    for name in ("paper", "data", "profile", "methods", "folds", "seeds", "splits"):
        assert getattr(options, name) == getattr(given, name), name
    assert (options.epochs, options.changes) == (3, given.changes)
    assert "TF_CONFIG" not in os.environ


def test_a_network_is_built_within_the_scope_of_its_towers():
    """Keras's session is cleared before: within, that would end the scope."""
    towers = mirrored(["CPU:0"])
    training = SimpleNamespace(precision="float32")
    job = SimpleNamespace(seed=0, protocol=SimpleNamespace(training=training))
    layers = [keras.layers.Input((2,)), keras.layers.Dense(1)]
    experiment = SimpleNamespace(build=lambda: keras.Sequential(layers))
    model = object.__new__(Runner)._model(job, experiment, towers)
    for variable in model.trainable_variables:
        assert towers.strategy.extended.variable_created_in_scope(variable.value)
