"""The tables of several papers as CSV, and the screen of all of them."""

import dataclasses

import pandas as pd
import pytest

from common.reporting.differences import differences
from common.reporting.people import comparison, wide_table, without_empty


@pytest.fixture
def table(table):
    return dataclasses.replace(table, dataset="figshare")


@pytest.fixture
def run(make_run):
    return lambda method="dual", **changes: make_run(
        method, **{"data": "figshare", "dice": 0.5} | changes
    )


def test_a_row_has_the_papers_shape(lines, run, table):
    wide = wide_table({"linkdsl": ([table], lines([run()]))})
    assert list(wide) == [
        *("paper", "table", "method", "comparable", "dice_published"),
        *("dice_reproduced", "dice_gap", "mean_iou_published", "mean_iou_reproduced"),
        *("n", "data", "coverage", "budget", "profile", "split"),
    ]
    assert "mean_iou_gap" not in wide, "its only published number is flagged"
    row = wide.set_index("method").loc["Dual-Scale LinkNet"]
    assert (row["dice_published"], row["dice_reproduced"]) == (0.7812, 0.5)
    assert row["dice_gap"] == pytest.approx(-0.2812)
    assert (row["n"], row["data"], row["budget"]) == ("6", "figshare", "12 epochs")
    others = wide.set_index("method")["comparable"]
    assert others["LinkNet"] == "no: not run"
    assert others["Someone else's"] == "no: published by others, not run"


def test_what_cannot_be_compared_stands_apart(lines, run, table):
    data = ("phantom", "small", "figshare")
    found = lines([run(data=name) for name in data], [run(budget="3 epochs")])
    wide = wide_table({"linkdsl": ([table], found)})
    ran = wide[wide["data"].notna()]
    assert ran[["data", "run by"]].to_numpy().tolist() == [
        ["figshare", "suite"],
        ["figshare", "you"],
        ["small", "suite"],
        ["phantom", "suite"],
    ]
    assert ran["comparable"].str.partition(" ")[0].str.strip(":,").tolist() == [
        *("yes", "yes", "no", "no")
    ]
    others = wide["comparable"].tolist()
    assert others[3:5] == ["no: not run", "no: published by others, not run"]
    # Other data: beside the published number, and the reason. Phantoms: never.
    assert ran["dice_published"].notna().tolist() == [True, True, True, False]
    assert ran["dice_gap"].notna().tolist() == [True, True, True, False]


def test_columns_without_a_value_are_left_out():
    frame = pd.DataFrame({"a": ["", None], "b": [0.0, float("nan")], "c": ["", "x"]})
    assert list(without_empty(frame)) == ["b", "c"]


def test_one_line_a_method_on_one_screen(lines, run, table):
    found = lines([run(), run("linknet", data="small", split="patient")])
    column = table.columns[0]
    shown = comparison([("a", found, column, "300 epochs"), ("b", found, column, "")])
    assert shown.head == ("paper", "method", "published", "suite", "gap", "apart")
    assert len(shown.rows) == 4 and shown.sections == (2,)
    rows = {row[1]: row for row in shown.rows[:2]}
    notes = {note[:3]: note[4:] for note in shown.notes}
    *dual, mark = rows["Dual-Scale LinkNet"]
    assert dual == ["a", "Dual-Scale LinkNet", "0.7812", "0.5000", "-0.2812"]
    assert notes[mark] == ("1194 of 3064 cases; profile cpu; 12 of 300 epochs; n = 6")
    assert notes[rows["LinkNet"][-1]].startswith("data small, not figshare; ")
    assert shown.notes[-1].startswith("Dice: a, b. ")


def test_the_screen_has_the_users_runs_where_there_are_any(lines, run, table):
    found = lines([run()], [run(dice=0.75, split="patient")])
    shown = comparison([("a", found, table.columns[0], "12 epochs")])
    assert shown.head[3:5] == ("suite", "yours")
    rows = {row[1]: row for row in shown.rows}
    assert rows["Dual-Scale LinkNet, split patient"][2:5] == ("0.7812", "-", "0.7500")
    assert f"{rows['LinkNet'][-1]} not run on whole scans" in shown.notes


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        ("1 epoch", "1 of 50 epochs"),
        ("600 iterations a network", "600 iterations a network, not 50 epochs"),
        ("weights as given", "weights as given"),
        ("50 epochs", None),
    ],
)
def test_a_budget_beside_the_published_one(budget, expected):
    run = {"data": "a", "coverage": "1/1", "profile": "paper", "budget": budget}
    assert differences(run, "a", "50 epochs") == [expected] * bool(expected)
