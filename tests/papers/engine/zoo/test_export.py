"""Finished runs that are handed on: folders that predict, with a card."""

from importlib import import_module

import keras
import numpy as np
import pandas as pd
import pytest

from common.errors import UserError
from common.evidence import as_dict, replace
from common.files import read_json, sha256, write_json
from papers import registry
from papers.engine.run import Run
from papers.engine.zoo.export import CARD, export_run
from papers.engine.zoo.shipped import default_weights, shipped
from papers.engine.zoo.table import HEAD, rows_of

CHANGES = {"preparation.image_size": 64, "network.base_filters": 16}
# Two test cases whose scores are known by hand: Dice .5 and .7, and pooled counts.
ROWS = {
    "case": ["1", "2"],
    "status": ["ok", "ok"],
    "dice": [0.5, 0.7],
    "tp": [10, 20],
    "fp": [5, 5],
    "fn": [5, 5],
    "tn": [80, 70],
    "data": "figshare",
    "coverage": "40/3064",
    "profile": "demo",
    "budget": "4 epochs",
    "epoch": 3,
    **dict.fromkeys(("paper", "method", "fingerprint", "patient", "group"), "any"),
    **dict.fromkeys(("split", "command", "commit"), "any"),
    **dict.fromkeys(("fold", "seed", "epochs"), 0),
}
ENVIRONMENT = {
    "command": "make reproduce-linkdsl",
    "commit": "0123456789",
    "python": "3.11.7",
    "settings": {"TF_CLI_CONFIG_FILE": "/somebody/.terraformrc"},
}


def records(columns):
    """Returns the rows of columns, one of which may be a single value."""
    return pd.DataFrame(columns).to_dict("records")


def quiet(line):
    pass


@pytest.fixture(scope="module")
def paper():
    return registry.paper("linkdsl")


@pytest.fixture(scope="module")
def runs(tmp_path_factory, paper):
    """Finished, scored runs of Dual-Scale LinkNet and of the cascade behind it."""
    root = tmp_path_factory.mktemp("runs")
    protocol = replace(paper.published, CHANGES)
    for method_id, previous in (("dual", None), ("cdsl", "dual-run")):
        keras.utils.set_random_seed(3)
        (method,) = [one for one in paper.methods if one.id == method_id]
        run = Run(root / f"{method_id}-run")
        job = {"method": method_id, "previous": previous, "train": ["3", "4", "5"]}
        job |= {"protocol": as_dict(protocol), "split": "image", "fold": 0, "seed": 0}
        write_json(run.folder / "job.json", job)
        write_json(run.folder / "environment.json", ENVIRONMENT)
        network = paper.inference.build(method, protocol)
        network.save_weights(run.weights("best"))
        run.finish("key", "base", 4, 7200)
        run.write_rows(records(ROWS), {"key": "key"}, 1)
    return root


@pytest.fixture(scope="module")
def results(tmp_path_factory, paper, runs):
    """A folder of results that holds both runs."""
    root = tmp_path_factory.mktemp("results")
    export_run(
        paper, runs / "cdsl-run", root / "linkdsl" / "weights", "CC BY 4.0", quiet
    )
    return root


def test_the_cascade_brings_the_network_before_it(results, paper, runs):
    cascade = shipped(paper, results)[-1].folder
    assert [one.card["method"] for one in shipped(paper, results)] == ["dual", "cdsl"]
    image = np.random.default_rng(0).random((80, 60), np.float32)
    half = paper.inference.segmenter(cascade).probability(image)
    full = paper.inference.segmenter(runs / "cdsl-run").probability(image)
    assert 0 < np.abs(half - full).max() < 0.01


def test_the_card_holds_what_the_run_says(results, paper):
    one = shipped(paper, results)[-1]
    card, file = one.card, one.folder / one.card["file"]
    background, tumor = 150 / 170, 30 / 50  # intersections over unions, pooled
    mean_iou = round((background + tumor) / 2, 4)
    assert card["scores"] == {"Dice": 0.6, "Mean IoU": mean_iou}
    assert (card["scored"], card["trained"], card["hours"]) == (2, 3, 2.0)
    assert (card["sha256"], card["size"]) == (sha256(file), file.stat().st_size)
    assert card["command"] == "make reproduce-linkdsl" and card["best_epoch"] == 3


def test_nothing_tells_of_the_machines_folders(results):
    files = [path for path in results.rglob("*.json")]
    assert len(files) == 6
    assert not any("somebody" in path.read_text(encoding="utf-8") for path in files)


def test_the_table_lists_them(results, paper):
    row = dict(zip(HEAD, rows_of(paper, results)[-1], strict=True))
    assert row["id"] == "linkdsl-cdsl" and row["license"] == "CC BY 4.0"
    assert row["Dice"].startswith("0.600 Dice") and "n = 2" in row["Dice"]
    assert "3 cases" in row["trained on"] and "fold 0 held out" in row["trained on"]


def test_imported_weights_come_first(results, paper, tmp_path, monkeypatch):
    shelf = import_module("papers.engine.zoo.shipped")
    monkeypatch.setattr(shelf, "RESULTS", results)
    own = tmp_path / "weights"
    assert default_weights("linkdsl", own) == shipped(paper, results)[-1].folder
    assert default_weights("cunet", own) == own
    own.mkdir()
    assert default_weights("linkdsl", own) == own


def test_a_run_that_is_not_scored_is_refused(paper, runs, tmp_path):
    run = Run(tmp_path / "dual-run")
    for name in ("job.json", "finished.json", "environment.json"):
        write_json(run.folder / name, read_json(runs / "dual-run" / name))
    with pytest.raises(UserError, match="not scored|are scored"):
        export_run(paper, run.folder, tmp_path / "out", "CC BY 4.0", quiet)
    assert not list(tmp_path.rglob(CARD))
