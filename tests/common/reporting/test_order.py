"""Runs stand in the order of their numbers, and say where training did not help."""

import numpy as np
import pandas as pd
import pytest

from common.reporting.cases import merge_cases, read_cases, write_cases
from common.reporting.cells import build_cells
from common.reporting.compare import compare_splits
from common.reporting.order import groups_of, natural
from common.reporting.paired import Paired
from common.reporting.published import read_published

BUDGETS = ("1 epoch", "12 epochs", "40 epochs", "2 epochs")
ORDER = ["1 epoch", "2 epochs", "12 epochs", "40 epochs"]


@pytest.fixture
def runs(make_run):
    """Two methods and two splits, each with four budgets."""
    parts = [
        make_run(method, budget=budget, split=split)
        for method in ("linknet", "dual")
        for split in ("image", "patient")
        for budget in BUDGETS
    ]
    return pd.concat(parts, ignore_index=True)


def test_a_text_sorts_by_its_numbers():
    assert sorted(BUDGETS, key=natural) == ORDER
    assert natural("weights as given") == "weights as given"


def test_every_file_has_this_order(tmp_path, runs, table):
    published = read_published(table.published_csv)
    write_cases(tmp_path / "cases.csv", runs)
    read = read_cases(tmp_path / "cases.csv")
    files = {
        "cases": read,
        "merged": merge_cases(runs, runs),
        "leak": compare_splits(runs, table.columns),
        "paired": Paired("linknet", "dual", table.columns[:1])(runs),
        "cells": build_cells(table, runs, published).query("budget != ''"),
    }
    for name, frame in files.items():
        assert list(dict.fromkeys(frame["budget"])) == ORDER, name
    assert [group[0] for group, _ in groups_of(runs, ["budget", "split"])][::2] == ORDER


def notes(make_run, published, table, **changes):
    run = make_run("dual", **{"budget": "12 epochs", **changes})
    cells = build_cells(table, run, published)
    return cells.loc[cells["data"] != "", "note"].iloc[0]


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"epoch": 1.0}, "best epoch is the first of 12"),
        ({"epoch": 1.0, "epochs": 7.0}, "best epoch is the first of 7"),
        ({"epoch": 1.0, "epochs": np.nan}, "best epoch is the first of 12"),
        ({"epoch": 2.0}, ""),
        ({}, ""),
        ({"epoch": 1.0, "budget": "1 epoch"}, ""),
        ({"epoch": 0.0, "budget": "weights as given"}, ""),
        ({"epoch": 1.0, "budget": "100 iterations a network"}, ""),
    ],
)
def test_a_row_of_the_first_of_many_epochs_says_so(make_run, table, changes, note):
    published = read_published(table.published_csv).iloc[:0]
    assert notes(make_run, published, table, **changes) == note


def test_one_of_several_runs(make_run, table):
    runs = pd.concat([make_run("dual", seed=s, epoch=float(s + 1)) for s in (0, 1)])
    cells = build_cells(table, runs, read_published(table.published_csv))
    assert "best epoch is the first of 12 in 1 of 2 runs" in cells.iloc[-1]["note"]
