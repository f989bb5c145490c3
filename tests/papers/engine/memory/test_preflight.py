"""Predictions of every paper's jobs, before anything is prepared."""

import io
import shlex
from dataclasses import replace

import pandas as pd
import pytest
from rich.console import Console as RichConsole

from papers import registry
from papers.engine import datasets
from papers.engine.console import Console
from papers.engine.memory import footprint, preflight
from papers.engine.memory.prediction import BASE
from papers.engine.memory.without_data import predicted_without_data
from papers.engine.request import Request
from papers.engine.runner import Runner

SMALL = {
    "figshare": {"count": 40, "size": 64},
    "brats": {"hgg": 5, "lgg": 5, "shape": (24, 64, 64)},
}


@pytest.fixture(scope="module")
def roots(tmp_path_factory):
    """A small phantom of each data set by name; not to be changed."""
    roots = {}
    for paper in registry.papers():
        if paper.dataset not in roots:
            root = tmp_path_factory.mktemp("memory") / paper.dataset
            options = SMALL[paper.dataset.rstrip("0123456789")]
            datasets.tools(paper.dataset).write_phantom(root, **options)
            roots[paper.dataset] = root
    return roots


@pytest.fixture
def runner_of(roots, tmp_path):
    def runner_of(paper, *changes):
        root = roots[paper.dataset]
        request = Request(paper, root, "demo", folds=(0,), changes=list(changes))
        console = Console(RichConsole(file=io.StringIO(), width=400))
        return Runner(request, tmp_path / "workspace", console)

    return runner_of


@pytest.mark.parametrize("paper", registry.papers(), ids=lambda paper: paper.id)
def test_the_setting_that_is_advised_fits(runner_of, paper):
    """Two thirds of what a step takes are left: the advice is followed, and it fits."""
    # The smallest volume of its demo cannot be smaller.
    larger = [("geometry.size", "64")] if paper.id == "dsunet" else []
    runner = runner_of(paper, ("training.learning_rate", "0.02"), *larger)
    job = next(job for job in runner.jobs if job.trains)
    first = runner.predicted(job)
    least = BASE + first.footprint.weights
    available = least + (first.peak - least) * 2 / 3
    warning = first.warning(available)
    setting = warning.split("SET=")[1].split(" would fit")[0]
    (setting,) = shlex.split(setting)
    changes = [tuple(one.split("=")) for one in setting.split()]
    assert ("training.learning_rate", "0.02") in changes, "the user's own stays"
    again = runner_of(paper, *changes)
    second = again.predicted(again.jobs[runner.jobs.index(job)])
    assert second.peak < available < first.peak
    # What was promised is what is predicted then.
    promised = dict([first.fitting(available)])[setting]
    assert second.peak - BASE == pytest.approx(promised - BASE, rel=0.1)


def test_what_is_advised_replaces_only_what_it_names(runner_of):
    own = ("training.batch_size", "512"), ("preparation.image_size", "512")
    paper = registry.paper("linkdsl")
    runner = runner_of(paper, *own)
    prediction = runner.predicted(runner.jobs[0])
    settings = [setting for setting, _ in prediction.smaller]
    assert settings[0] == "training.batch_size=256 preparation.image_size=512"
    assert settings[-1] == "training.batch_size=1 preparation.image_size=32"
    request = Request(paper, changes=list(own), epochs=3)
    assert request.settings == dict(own), "of EPOCHS there is no SET"


@pytest.mark.parametrize("paper", registry.papers(), ids=lambda paper: paper.id)
def test_the_same_is_predicted_before_there_are_data(runner_of, paper):
    """The demo's grid is that of the phantom here."""
    paper = replace(paper, phantom={"shape": SMALL["brats"]["shape"]})
    runner, request = runner_of(paper), Request(paper)
    job = next(job for job in runner.jobs if job.trains)
    assert predicted_without_data(request, job.method) == runner.predicted(job)
    (composed,) = [m for m in paper.methods if m.parts][:1] or [None]
    assert composed is None or predicted_without_data(request, composed) is None


def test_counts_are_remembered(runner_of, monkeypatch):
    runner = runner_of(registry.paper("linkdsl"))
    job = runner.jobs[0]
    first = runner.predicted(job)
    monkeypatch.setattr(footprint, "footprint_of", None)
    monkeypatch.setattr(preflight, "_built", None)
    assert runner.predicted(job) == first
    # Another length of the training is the same network.
    longer = runner_of(registry.paper("linkdsl"), ("training.epochs", "7"))
    assert longer.predicted(longer.jobs[0]).footprint == first.footprint


def test_nothing_is_said_where_a_gpu_trains(runner_of, monkeypatch):
    runner = runner_of(registry.paper("linkdsl"))
    assert runner.predicted(runner.jobs[0]) is not None
    monkeypatch.setattr("tensorflow.config.list_physical_devices", lambda kind: [kind])
    assert runner.predicted(runner.jobs[0]) is None


def test_a_cascade_trains_nothing(runner_of):
    runner = runner_of(registry.paper("anisocascade"))
    (job,) = [job for job in runner.jobs if job.parts][:1]
    assert runner.predicted(job) is None


def test_a_training_warns_before_it_starts(runner_of, monkeypatch):
    small = [("preparation.image_size", "32"), ("network.base_filters", "16")]
    runner = runner_of(registry.paper("linkdsl"), ("training.epochs", "1"), *small)
    runner.prepare()
    shown = runner.console.rich.file.getvalue

    def train(model, *arguments):
        (warning,) = [line for line in shown().splitlines() if "may not fit" in line]
        assert "[1/6] bce image fold 0 seed 0: may" in warning
        assert "0.5 GB available" in warning
        row = {"epoch": 1, "loss": 0.5, "val_dice": 0.5, "seconds": 1.0}
        return pd.DataFrame([row])

    monkeypatch.setattr("papers.engine.runner.available_memory", lambda: 5e8)
    monkeypatch.setattr("papers.engine.runner.train", train)
    runner.train(runner.jobs[0])
    assert "1 epoch, best in epoch 1" in shown(), "it ran"
