"""From the words of a command line to one `Request`, and to its verb."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from common.errors import UserError
from papers import registry
from papers.engine.cli import stages
from papers.engine.cli.app import at_home, main
from papers.engine.devices.tasks import arguments_of
from papers.engine.request import Request

WORDS = ["hierdice", "--data", "brats", "--profile", "cpu", "--folds", "0, 1"]
WORDS += ["--methods", "unet-bootstrapping", "--seeds", "2", "--splits", "own.csv"]
WORDS += ["--epochs", "3", "--set", "network.fusion=seq", "--set", "slices.group=all"]
WORDS += ["--gpus", "2", "--workers", "4", "--results", "there"]


@pytest.fixture
def received(monkeypatch):
    """The requests that `table` was called with, as it asks for its runner."""
    requests = []

    def runner(request):
        requests.append(request)
        raise SystemExit

    monkeypatch.setattr(stages, "_runner", runner)
    monkeypatch.setattr(stages, "check_devices", lambda *_: None)
    return requests


def call(*words):
    with pytest.raises(SystemExit) as stopped:
        main(list(words))
    return stopped.value.code


def test_every_option_reaches_the_request(received):
    call("train", *WORDS)
    (request,) = received
    assert request.paper.id == "hierdice"
    assert (request.data, request.profile) == (Path("brats"), "cpu")
    assert (request.methods, request.seeds) == (("unet-bootstrapping",), (2,))
    assert (request.folds, request.splits) == ((0, 1), ())
    assert request.splits_file == Path("own.csv")
    assert request.changes == {
        "network.fusion": "seq",
        "slices.group": "all",
        "training.epochs": 3,
    }
    assert (request.gpus, request.workers, request.only) == (2, 4, "")
    assert request.results == Path("there")
    assert request.arguments == tuple(WORDS)


def test_without_options_the_request_has_its_defaults(received):
    call("train", "linkdsl")
    (request,) = received
    assert request == Request(request.paper, arguments=("linkdsl",))


def test_a_quoted_tilde_is_the_home_folder(received):
    """As in `make train-linkdsl DATA="~/my data"`: no shell has replaced it."""
    words = ["--data", "~/my data", "--results=~/there"]
    call("train", "hierdice", *words)
    (request,) = received
    assert request.data == Path.home() / "my data"
    assert request.results == Path.home() / "there"
    assert request.arguments[2] == str(request.data)  # for a child process
    assert [at_home(word) for word in ("a~", "k=~", "--x")] == ["a~", "k=~", "--x"]


def test_gpus_that_are_not_there_are_refused_before_anything_is_written(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tensorflow.config.list_physical_devices", lambda kind: [])
    for verb in ("reproduce", "train"):
        assert call(verb, "linkdsl", "--gpus", "2") == 2
        assert "`make install GPU=1` installs CUDA" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    # Runs of other data do not change that.
    (tmp_path / "runs" / "linkdsl").mkdir(parents=True)
    assert call("train", "linkdsl", "--gpus", "2") == 2
    assert [path.name for path in tmp_path.rglob("*")] == ["runs", "linkdsl"]


def test_a_task_of_a_cluster_asks_for_the_same_but_one_job(received):
    """Its words are read by the command line itself."""
    words = [*WORDS, "--cluster", "local", "--gpus-per-job", "3"]
    del words[words.index("--gpus") : words.index("--gpus") + 2]
    call("train", *words)
    (parent,) = received
    assert (parent.cluster, parent.gpus_per_job) == ("local", 3)
    task = arguments_of("train", SimpleNamespace(name="a"), parent.arguments)
    call(*task, "--gpus", "3")  # as a cluster adds them
    child = received[-1]
    assert (child.only, child.gpus, child.cluster) == ("a", 3, "")
    for name in ("data", "profile", "methods", "splits", "folds", "seeds", "changes"):
        assert getattr(child, name) == getattr(parent, name), name


@pytest.mark.parametrize(
    "verb, only, expected",
    [
        ("train", "", ["train", "a", "b"]),
        ("train", "b", ["b"]),
        ("evaluate", "a", ["a"]),
    ],
)
def test_one_job_only_is_no_task_of_a_cluster(monkeypatch, verb, only, expected):
    done = []
    method = SimpleNamespace(scored=True)
    runner = SimpleNamespace(
        jobs=[SimpleNamespace(name=n, trains=False, method=method) for n in "ab"],
        paper=registry.paper("linkdsl"),
        fan_out=done.append,
        train=lambda job: done.append(job.name),
        evaluate=lambda job: done.append(job.name),
    )
    monkeypatch.setattr(stages, "prepared", lambda *_, **__: runner)
    getattr(stages, verb)(SimpleNamespace(only=only))
    assert done == expected
    with pytest.raises(UserError, match="--only c.*--dry-run"):
        getattr(stages, verb)(SimpleNamespace(only="c"))


def test_make_hands_over_every_option(capsys):
    """An option is declared twice: in `Request`, and in the Makefile."""
    makefile = (Path(stages.__file__).parents[3] / "Makefile").read_text()
    (names,) = re.findall(r"^SHOWN := (.*)", makefile, re.MULTILINE)
    names = names.lower().replace("_", "-").split()
    handed_over = {f"--{name}" for name in names}
    assert call("train", "--help") == 0
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    # For its own child processes only: --only.
    assert options - handed_over == {"--workers", "--dry-run", "--only", "--help"}
    assert handed_over < options


@pytest.mark.parametrize("verb", ["prepare", "train", "evaluate", "reproduce"])
@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_a_bad_tf_config_is_refused_before_anything_is_written(
    monkeypatch, tmp_path, capsys, verb, more
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TF_CONFIG", '{"cluster": {"ps": ["a:1"]}}')
    assert call(verb, "linkdsl", *more) == 2
    assert "the type ps" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
