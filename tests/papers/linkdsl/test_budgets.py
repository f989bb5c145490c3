"""The table of what a longer training is worth."""

import pandas as pd
import pytest

from common.files import write_text
from common.reporting.cells import COLUMNS
from common.reporting.text import to_csv
from papers import registry
from papers.linkdsl.budgets import NONE, budget_table
from papers.linkdsl.tables import DICE

RUN = {
    "column": "dice",
    "published": "0.8",
    "ci_low": "0.1",
    "ci_high": "0.9",
    "data": "figshare",
    "coverage": "40/3064",
    "fingerprint": "f",
    "profile": "cpu",
    "split": "image",
}


@pytest.fixture
def table(tmp_path):
    """Writes cells of rows, budgets and scores; returns the table of them."""

    def table(*cells, **changes):
        lines = [
            RUN | {"table": name, "row": row, "budget": budget, "reproduced": score}
            for name, row, budget, score in cells
        ]
        found = pd.DataFrame(lines).reindex(columns=COLUMNS, fill_value="")
        found = found.assign(**changes)
        write_text(tmp_path / "cells.csv", to_csv(found))
        return budget_table(tmp_path, registry.paper("linkdsl").tables, DICE)

    return table


def test_budgets_are_columns_in_their_order(table):
    shown = table(
        ("2", "dual", "100 epochs", "0.7"),
        ("2", "dual", "12 epochs", "0.2"),
        ("3", "dual", "12 epochs", "0.2"),
        ("2", "linknet", "12 epochs", "0.3"),
    ).splitlines()
    assert shown[0] == "| method | run | 12 epochs | 100 epochs | published |"
    assert len(shown) == 4  # Table 3 repeats Table 2
    assert shown[2].startswith(
        "| Dual-Scale LinkNet | `figshare` 40/3064, split image |"
    )
    assert (
        shown[2].index("0.2000") < shown[2].index("0.7000") < shown[2].index("0.8000")
    )


def test_methods_with_one_budget_stand_beside_those_of_their_run(table):
    shown = table(
        ("2", "linknet", "12 epochs", "0.3"),
        ("2", "dual", "12 epochs", "0.2"),
        ("2", "dual", "100 epochs", "0.7"),
        ("2", "triad", "100 epochs", "0.6"),
        split=["image", "image", "image", "patient"],
    ).splitlines()
    assert [line.split(" | ")[0] for line in shown[2:]] == [
        "| LinkNet, BCE-Dice",
        "| Dual-Scale LinkNet",
    ]
    assert " | 0.3000 [0.100, 0.900] |  | 0.8000 |" in shown[2]


def test_runs_that_differ_in_more_are_no_budgets(table):
    cells = [("2", "dual", "12 epochs", "0.2"), ("2", "dual", "40 epochs", "0.7")]
    assert table(*cells, profile=["cpu", "paper"]) == NONE
    assert table(*cells, data="phantom") == NONE
    assert table(*cells) != NONE
