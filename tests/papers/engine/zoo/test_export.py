"""Finished runs that are handed on: folders that predict, with a card."""

from importlib import import_module

import numpy as np
import pytest

from common.errors import UserError
from common.files import read_json, sha256, write_json
from papers.engine.run import Run
from papers.engine.zoo.export import CARD, export_run
from papers.engine.zoo.shipped import default_weights, shipped
from papers.engine.zoo.table import HEAD, rows_of
from tests.papers.uncompiled import Uncompiled


def test_the_cascade_brings_the_network_before_it(results, paper, runs, monkeypatch):
    monkeypatch.setattr("papers.linkdsl.inference.FrozenPredictor", Uncompiled)
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
        export_run(paper, run.folder, tmp_path / "out", "CC BY 4.0", print)
    assert not list(tmp_path.rglob(CARD))
