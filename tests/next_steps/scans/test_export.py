"""Runs that cannot be handed on in half precision: what to do instead."""

import re

import h5py
import pytest

from papers import load_run, registry
from papers.engine.run import Run
from papers.engine.zoo import export_run
from tests.papers.engine.predict.test_load_run import write_run
from tests.papers.engine.zoo.scored import ROWS, records

EXPORT = "papers/engine/zoo/export.py"


@pytest.fixture
def run(tmp_path):
    """A finished run of linkdsl, not scored yet."""
    write_run(tmp_path / "run", "linkdsl")
    run = Run(tmp_path / "run")
    cases = {"train": ["3"], "split": "image", "fold": 0, "seed": 0}
    run.begin(run.job() | cases)
    return run


def export(run):
    paper = registry.paper("linkdsl")
    target = run.folder.with_name("weights")
    return export_run(paper, run.folder, target, "CC BY 4.0", lambda line: None)


def score(run):
    """What `make evaluate-linkdsl` leaves."""
    run.write_rows(records(ROWS), {"key": "key"}, 1)


def test_a_run_that_is_not_scored(told, run):
    with told(f"{EXPORT}:_card") as caught:
        export(run)
    assert re.match("`make evaluate-linkdsl`", caught.value.next_step)
    score(run)
    assert load_run(export(run)).method.id == "dual"


def test_weights_that_half_precision_cannot_hold(told, run):
    score(run)
    with h5py.File(run.weights("best"), "r+") as file:
        names = []
        file.visit(names.append)
        kernel = next(name for name in names if getattr(file[name], "ndim", 0) == 4)
        file[kernel][...] = 1e5
    with told(f"{EXPORT}:export_run") as caught:
        export(run)
    assert caught.value.next_step == "hand on the run's own folder instead"
    assert load_run(run.folder).method.id == "dual"
