"""Cells: what is joined, what has no value, and what is never compared."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from common.errors import UserError
from common.reporting.cases import empty_cases
from common.reporting.cells import build_cells
from common.reporting.published import read_published


@pytest.fixture
def build(table):
    """Builds the cells of the fixture's table, by (row, column, data)."""

    def build(cases):
        cells = build_cells(table, cases, read_published(table.published_csv))
        return cells.set_index(["row", "column", "data"])

    return build


def test_a_cell_joins_published_and_reproduced(build, cases):
    cell = build(cases).loc["linknet", "dice", "figshare256"]
    mine = cases[cases["method"] == "linknet"]
    value = np.mean([mine["dice"][mine["fold"] == fold].mean() for fold in (0, 1)])
    assert cell["published"] == 0.7662
    assert cell["reproduced"] == pytest.approx(value)
    assert cell["gap"] == pytest.approx(value - 0.7662)
    assert cell["ci_low"] < value < cell["ci_high"]
    assert np.isnan(cell["sd_seeds"])
    assert cell[["n_cases", "n_failed"]].tolist() == [12, 0]
    assert cell[["folds", "seeds"]].tolist() == ["0 1", "0"]
    assert cell["budget"] == "12 epochs"
    assert cell["convention"] == "per image"
    assert cell["command"] == "make linkdsl METHOD=linknet"
    assert cell["note"] == ""


def test_a_pooled_cell_sums_the_counts_of_a_fold(build, cases):
    cell = build(cases).loc["dual", "mean_iou", "figshare256"]
    folds = []
    for fold in (0, 1):
        rows = cases[(cases["method"] == "dual") & (cases["fold"] == fold)]
        tp, fp, fn, tn = (sum(rows[key]) for key in ("tp", "fp", "fn", "tn"))
        folds.append((tp / (tp + fp + fn) + tn / (tn + fp + fn)) / 2)
    assert cell["reproduced"] == pytest.approx(sum(folds) / 2)


def test_a_failed_case_takes_the_value_away(build, cases):
    bad = (cases["method"] == "dual") & (cases["case"] == "003")
    cases.loc[bad, "status"] = "failed: unreadable"
    cases.loc[bad, ["dice", "tp", "fp", "fn", "tn"]] = np.nan
    cells = build(cases)
    cell = cells.loc["dual", "dice", "figshare256"]
    assert cell[["reproduced", "gap", "ci_low", "ci_high"]].isna().all()
    assert (cell["n_failed"], cell["n_cases"], cell["published"]) == (1, 12, 0.7812)
    assert "1 of 12 cases failed" in cell["note"]
    # Another method's cells keep theirs.
    assert np.isfinite(cells.loc["linknet", "dice", "figshare256"]["reproduced"])


def test_few_cases_have_no_interval_and_say_so(build, make_run):
    few, enough = make_run("dual", n=4), make_run("linknet", n=5)
    cells = build(pd.concat([few, enough]))
    cell = cells.loc["dual", "dice", "figshare256"]
    assert np.isfinite(cell["reproduced"]) and np.isnan(cell["ci_low"])
    assert cell["note"] == "no interval: fewer than 5 cases"
    cell = cells.loc["linknet", "dice", "figshare256"]
    assert np.isfinite(cell["ci_low"]) and cell["note"] == ""


def test_a_table_has_its_own_remark_on_cases(table, cases):
    def remark(cases):
        return f"of {len(cases)}" if (cases["method"] == "dual").all() else ""

    noted = dataclasses.replace(table, remark=remark)
    cells = build_cells(noted, cases, read_published(table.published_csv))
    notes = cells.set_index(["row", "column"])["note"]
    assert notes["dual", "dice"] == "of 12"
    assert notes["linknet", "dice"] == ""


def test_undefined_cases_are_left_out_but_counted(build, cases):
    cases.loc[cases["case"] == "003", "dice"] = np.nan
    cell = build(cases).loc["dual", "dice", "figshare256"]
    mine = cases[cases["method"] == "dual"]
    folds = [np.nanmean(mine["dice"][mine["fold"] == fold]) for fold in (0, 1)]
    assert cell["reproduced"] == pytest.approx(np.mean(folds))
    assert (cell["n_undefined"], cell["n_failed"], cell["n_cases"]) == (1, 0, 12)


def test_empty_truths_and_missed_tumors_are_counted_once(build, make_run):
    def run(seed):
        counts = {"tp": [0, 0, 0, 5], "fp": [0, 2, 0, 1], "fn": [0, 0, 3, 0]}
        return make_run(n=4, seed=seed).assign(**counts)

    cell = build(pd.concat([run(0), run(1)])).loc["dual", "dice", "figshare256"]
    assert (cell["n_cases"], cell["seeds"]) == (4, "0 1")
    assert (cell["n_empty_truth"], cell["n_missed"]) == (2, 1)


def test_a_flagged_number_is_shown_without_a_gap(build, cases):
    cell = build(cases).loc["dual", "mean_iou", "figshare256"]
    assert cell["published"] == 0.8813
    assert np.isfinite(cell["reproduced"]) and np.isnan(cell["gap"])
    assert cell["note"] == "excluded: equals another cell"


def test_phantoms_never_stand_beside_published_numbers(build, cases):
    cells = build(cases.assign(data="phantom"))
    cell = cells.loc["dual", "mean_iou", "phantom"]
    assert np.isfinite(cell["reproduced"])
    assert cell[["published", "gap"]].isna().all()
    assert cell["note"] == "phantom: not comparable with the paper"
    # What the paper prints is still there, as not run.
    cell = cells.loc["dual", "dice", ""]
    assert cell["published"] == 0.7812 and np.isnan(cell["reproduced"])
    assert cell["note"] == "not run on real data"


def test_rows_that_were_not_run_come_once_and_first(build, cases):
    cells = build(cases[cases["method"] == "dual"])
    rows = cells.reset_index()[["row", "data"]].drop_duplicates()
    expected = [("linknet", ""), ("others", ""), ("dual", "figshare256")]
    assert list(rows.itertuples(index=False, name=None)) == expected
    assert cells.loc["others", "dice", ""]["note"] == "published by others, not run"
    assert cells.loc["others", "dice", ""]["published"] == 0.9


def test_numbers_of_a_data_set_stay_where_only_others_were_run(table, cases):
    table = dataclasses.replace(table, dataset="figshare")
    published = read_published(table.published_csv)
    cells = build_cells(table, cases, published).set_index(["row", "column", "data"])
    cell = cells.loc["dual", "dice", "figshare256"]
    assert np.isfinite(cell["reproduced"]) and np.isnan(cell["published"])
    cell = cells.loc["dual", "dice", ""]
    assert (cell["published"], cell["note"]) == (0.7812, "not run on figshare")


def test_nothing_run_gives_every_row(build):
    assert len(build(empty_cases())) == 3 * 2


@pytest.mark.parametrize(
    "key", ["data", "coverage", "fingerprint", "profile", "budget", "split"]
)
def test_groups_are_never_averaged_together(table, cases, key):
    other = cases.assign(**{key: "other", "dice": 0.0})
    published = read_published(table.published_csv)
    cells = build_cells(table, pd.concat([cases, other]), published)
    cells = cells[(cells["column"] == "dice") & cells["reproduced"].notna()]
    assert len(cells) == 2 * 2
    assert (cells["reproduced"][cells[key] == "other"] == 0).all()
    assert (cells["reproduced"][cells[key] != "other"] > 0).all()
    # The rows of a group stand together.
    assert cells["row"].tolist() == ["linknet", "dual"] * 2


def test_an_incomplete_grid_of_folds_and_seeds_is_noted(build, make_run):
    runs = [make_run(fold=0, seed=0), make_run(fold=1, seed=0), make_run(seed=1)]
    cell = build(pd.concat(runs)).loc["dual", "dice", "figshare256"]
    assert cell["note"] == "only 3 of 4 pairs of fold and seed were run"


def test_commands_and_commits_are_listed_once(build, make_run):
    runs = [make_run(fold=i, commit=c) for i, c in enumerate(["aa1", "bb2", "aa1"])]
    cell = build(pd.concat(runs)).loc["dual", "dice", "figshare256"]
    assert cell["commit"] == "aa1 bb2"
    assert cell["command"] == "make linkdsl METHOD=dual"


def test_a_missing_metric_is_an_error(build, cases):
    with pytest.raises(UserError, match="no column dice. Next: restore the file"):
        build(cases.drop(columns="dice"))


def test_a_published_number_of_no_cell_is_an_error(table, cases, published_csv):
    published_csv.write_text("row,column,value,where,note\nduel,dice,0.7,,\n")
    with pytest.raises(UserError, match="duel,dice"):
        build_cells(table, cases, read_published(published_csv))


def test_intervals_are_the_same_at_every_call(table, cases):
    published = read_published(table.published_csv)
    first = build_cells(table, cases, published)
    again = build_cells(table, cases.sample(frac=1, random_state=1), published)
    pd.testing.assert_frame_equal(first, again)
