"""What a runner says of its jobs and which weights it takes, without training."""

import io
from types import SimpleNamespace

import keras
import numpy as np
import pandas as pd
import pytest
from rich.console import Console as RichConsole

from common.training.one_device import OneDevice
from papers.engine import results, runner
from papers.engine.console import Console


@pytest.fixture
def job(tmp_path):
    kept = []
    run = SimpleNamespace(
        has_rows_of=lambda made_of: False,
        write_rows=lambda rows, made_of, seconds: kept.extend(rows),
        rows=lambda: kept,
    )
    return SimpleNamespace(
        short_name="dual image fold 0 seed 0",
        folder=tmp_path,
        run=run,
        key="key",
        previous=None,
        check_finished=lambda paper: None,
        weights_digest=lambda: "digest",
    )


@pytest.fixture
def scoring(job, monkeypatch):
    """A runner of two jobs, whose first has a network that scores three cases."""

    def rows_of(job, scores, request, dataset):
        return ({"case": case_id, **values} for case_id, values in scores)

    monkeypatch.setattr(runner, "rows_of", rows_of)
    one = runner.Runner.__new__(runner.Runner)
    experiment = SimpleNamespace(
        evaluate=lambda model: ((case_id, {"dice": 0.5}) for case_id in "abc"),
        n_scored=3,
    )
    vars(one).update(
        paper=SimpleNamespace(id="linkdsl"),
        request=None,
        dataset=None,
        jobs=[job, SimpleNamespace()],
        console=Console(RichConsole(file=io.StringIO(), width=200)),
        _trained=lambda job: (None, experiment),
    )
    return one


def said(one):
    return one.console.rich.file.getvalue().splitlines()


def test_a_job_that_was_scored_leaves_one_line(scoring, job):
    assert [row["case"] for row in scoring.evaluate(job)] == ["a", "b", "c"]
    assert said(scoring) == ["[1/2] dual image fold 0 seed 0: scored 3 cases, 1 s"]


def test_one_job_alone_has_no_number(scoring, job):
    scoring.jobs = [job]
    assert scoring.label(job) == "dual image fold 0 seed 0"


def test_maps_that_another_job_needs_are_counted(scoring, job, monkeypatch):
    job.split = SimpleNamespace(train="a", validation="b", test="cd")
    job.trains, written = True, {}
    cache = SimpleNamespace(
        folder=job.folder,
        holds=lambda case_id, source: case_id == "b",
        write=lambda case_id, source, arrays: written.update({case_id: arrays}),
    )
    experiment = SimpleNamespace(
        maps_of=lambda model, ids: ((i, {"map": np.zeros(1)}) for i in ids)
    )
    vars(scoring).update(
        maps=lambda job: cache, _trained=lambda job: (None, experiment)
    )
    labels = []
    monkeypatch.setattr(
        scoring.console, "track", lambda *what: labels.append(what[1:]) or what[0]
    )
    scoring._write_maps(job)
    assert sorted(written) == ["a", "c", "d"]
    assert labels == [("dual image fold 0 seed 0: maps", 3)]


def test_figures_and_curves_are_drawn_under_one_live_line(tmp_path, monkeypatch):
    console = Console(RichConsole(file=io.StringIO(), width=200))
    paper = SimpleNamespace(
        figures=SimpleNamespace(draw_figures=lambda runner, folder: ["figure4.png"])
    )
    one = SimpleNamespace(paper=paper, console=console)
    monkeypatch.setattr(results, "results_folder", lambda runner, root: tmp_path)
    curves = pd.DataFrame({"figure": ["demo"]})
    monkeypatch.setattr(results, "_curves_of", lambda runner: curves)
    monkeypatch.setattr(results, "record_curves", lambda folder, rows: None)
    monkeypatch.setattr(
        results, "draw_curves", lambda paper, folder, names: sorted(names)
    )
    assert results.draw_figures(one, tmp_path) == ["figure4.png", "demo"]
    assert said(one) == []


TRAINING = SimpleNamespace(precision="float32", checkpoint="best")


class Run:
    """A run's folder that notes what is asked of it."""

    def __init__(self, made_of):
        self.made_of, self.loaded = made_of, []

    def has_rows_of(self, made_of):
        return self.made_of == made_of

    def rows(self):
        return "rows"

    def load_weights(self, model, checkpoint):
        self.loaded.append(checkpoint)


@pytest.fixture
def small():
    """A runner without data, whose experiment builds one small layer."""
    small = runner.Runner.__new__(runner.Runner)
    experiment = SimpleNamespace(
        build=lambda: keras.Sequential([keras.Input((8,)), keras.layers.Dense(16)]),
        maps_of=lambda model, cases: [(case, {"map": np.zeros(2)}) for case in cases],
    )
    vars(small).update(
        paper=SimpleNamespace(id="linkdsl"),
        console=SimpleNamespace(say=lambda line: None),
        _experiment=lambda job: experiment,
        _at_hand={},
    )
    return small


def job_of(folder, **values):
    run = Run({"weights": "first", "key": "key"})
    job = dict(
        name="dual",
        short_name="dual",
        key="key",
        seed=0,
        previous=None,
        parts=[],
        weights=None,
    )
    job |= {"folder": folder, "run": run, "checkpoint": "best"}
    job |= {"protocol": SimpleNamespace(training=TRAINING)}
    job |= {"check_finished": lambda paper: None, "weights_digest": lambda: "first"}
    return SimpleNamespace(**job | values)


@pytest.mark.parametrize(
    "values, again",
    [({}, 0), ({"weights_digest": lambda: "second"}, 1), ({"key": "another"}, 1)],
)
def test_rows_are_made_again_for_other_weights_or_another_key(
    small, tmp_path, values, again
):
    scored = []
    small._evaluate = lambda job, made_of: scored.append(made_of)
    job = job_of(tmp_path, **values)
    assert small.evaluate(job) == "rows"
    assert len(scored) == again
    for made_of in scored:
        assert made_of == {"weights": job.weights_digest(), "key": job.key}


@pytest.mark.parametrize("checkpoint", ["best", "last", "average"])
def test_predictions_are_of_the_weights_that_the_protocol_names(
    small, tmp_path, checkpoint
):
    job = job_of(tmp_path, checkpoint=checkpoint)
    assert small.predict(job, ["1", "2"]).shape == (2, 2)
    assert job.run.loaded == [checkpoint]


def test_the_network_that_was_trained_last_is_not_built_again(small, tmp_path):
    job, other = job_of(tmp_path), job_of(tmp_path, key="other")
    model = small._model(job, small._experiment(job), OneDevice())
    small._at_hand["key"] = model
    assert small._trained(job)[0] is model
    assert job.run.loaded == ["best"]  # and not those of its last step
    assert small._trained(other)[0] is not model
    assert small._trained(job)[0] is not model  # since building ends those before


def test_a_seed_decides_the_first_weights(small, tmp_path):
    kernels = []
    for seed in (0, 1, 0):
        job = job_of(tmp_path, seed=seed)
        model = small._model(job, small._experiment(job), OneDevice())
        kernels.append(np.array(model.weights[0]))
    assert (kernels[0] != kernels[1]).mean() > 0.9
    np.testing.assert_array_equal(kernels[0], kernels[2])
