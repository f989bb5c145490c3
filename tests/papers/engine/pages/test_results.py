"""The tables of a paper's page, of rows that a test has written."""

import io

import pandas as pd
import pytest

from common.reporting.cells import COLUMNS
from common.reporting.table import Column, Row, Table
from papers.engine.pages.results import results_table, settings_table

HEAD = "table,row,column,published,reproduced,gap,ci_low,ci_high,sd_seeds,n_cases,"
HEAD += "data,coverage,fingerprint,profile,budget,split,folds,seeds,command,note"
RUN = "half,20/40,f,cpu,9 epochs,patient,0,0,make x DATA=/there/half,few"


@pytest.fixture
def shown(tmp_path):
    """Returns the lines of a table, from lines of `cells.csv`."""

    def shown(lines, columns, rows="ab", names="1", printed=(), show=results_table):
        text = io.StringIO("\n".join([HEAD, *lines]))
        cells = pd.read_csv(text, dtype=str, na_filter=False)
        cells = cells.reindex(columns=COLUMNS, fill_value="")
        cells.to_csv(tmp_path / "cells.csv", index=False)
        columns = tuple(Column(key, label, None, "") for key, label in columns)
        tables = [
            Table(
                name,
                "Scores",
                tuple(
                    Row(key, key.upper(), key if key.islower() else None)
                    for key in (rows if len(names) == 1 else name)
                ),
                columns,
                tmp_path / "published.csv",
            )
            for name in names
        ]
        if show is settings_table:
            return settings_table(tmp_path, tables[0], [c.key for c in columns])
        return results_table(tmp_path, tables, printed)

    return shown


def test_published_stands_beside_ours(shown):
    text = shown(
        [
            "1,a,dice,0.8,,,,,,,,,,,,,,,,not run on all",
            f"1,a,dice,,0.75,,0.7,0.8,,12,{RUN}",
            "1,b,dice,0.9,,,,,,,,,,,,,,,,not run",
        ],
        [("dice", "Dice")],
    )
    lines = text.splitlines()
    assert lines[0] == "**Table 1. Scores**"
    assert lines[2:6] == [
        "| method | Dice | n | run |",
        "| --- | --- | --- | --- |",
        "| A | 0.7500 [0.700, 0.800]<br>published 0.8000 | 12 | a |",
        "| B | published 0.9000 |  | not run on whole scans yet |",
    ]
    assert "- **a**: `half` (20 of 40 cases), profile cpu, 9 epochs" in text
    assert "`make x DATA=half`" in text and "/there" not in text
    assert "- A (a): few" in lines


def test_a_published_number_that_is_excluded_says_so(shown):
    text = shown(
        ["1,a,dice,0.8,,,,,,,,,,,,,,,,excluded: repeats another; not run"],
        [("dice", "Dice")],
    )
    assert "| A | published 0.8000 (not compared) |  | not run on" in text


def test_a_gap_is_shown_where_it_is_recorded(shown):
    text = shown([f"1,a,dice,0.8,0.75,-0.05,0.7,0.8,,12,{RUN}"], [("dice", "Dice")])
    assert "<br>published 0.8000 (gap -0.0500) | 12 |" in text


def test_regions_have_tables_of_their_own_and_splits_are_named(shown):
    other = RUN.replace("patient", "training cases")
    text = shown(
        [
            f"1,a,wt_dice,,0.75,,0.7,0.8,,12,{RUN}",
            f"1,a,et_dice,,0.25,,0.2,0.3,,12,{RUN}",
            f"1,a,wt_dice,,0.85,,0.8,0.9,,30,{other}",
            f"1,a,et_dice,,0.35,,0.3,0.4,,30,{other}",
        ],
        [("wt_dice", "Dice (whole)"), ("et_dice", "Dice (enhancing)")],
        rows="a",
    )
    assert "**Table 1. Scores: whole**" in text
    assert "**Table 1. Scores: enhancing**" in text
    assert "| A (patient) | 0.2500 [0.200, 0.300] | 12 | a |" in text
    assert "| A (training cases) | 0.8500 [0.800, 0.900] | 30 | b |" in text


def test_tables_of_one_row_each_are_one_table(shown):
    text = shown(
        [f"a,a,dice,,0.75,,,,,12,{RUN}", f"b,b,dice,,0.5,,,,,12,{RUN}"],
        [("dice", "Dice")],
        names="ab",
    )
    assert "**Tables a to b**" in text
    assert text.count("| method |") == 1


def test_many_scores_are_shown_in_parts(shown):
    columns = [(f"s{n}", f"Score {n}") for n in range(6)]
    lines = [f"1,a,{key},,0.5,,,,,12,{RUN}" for key, _ in columns]
    text = shown(lines, columns, rows="a")
    heads = [line for line in text.splitlines() if line.startswith("| method")]
    assert heads == [
        "| method | Score 0 | Score 1 | Score 2 | n | run |",
        "| method | Score 3 | Score 4 | Score 5 | n | run |",
    ]


def test_what_others_published_is_folded_away(shown):
    text = shown(
        ["1,X,dice,0.91,,,,,,,,,,,,,,,,other", "1,Y,dice,0.92,,,,,,,,,,,,,,,,other"],
        [("dice", "Dice")],
        rows="XY",
        printed=("Y",),
    )
    head, folded = text.split("<details>")
    assert "| Y | published 0.9200 |  |  |" in head and "| X | 0.9100 |" in folded
    assert "| Y |" not in folded


def test_changed_settings_have_a_table(shown):
    changed = RUN.replace(",cpu,", ',"cpu, network.dilation=flat",')
    lines = [f"1,a,dice,,0.75,,0.7,0.8,,12,{RUN}", f"1,a,dice,,0.5,,,,,12,{changed}"]
    text = shown(lines, [("dice", "Dice")], rows="a", show=settings_table)
    assert "| A | `network.dilation=flat` | 0.5000 | 12 | a |" in text
    assert "0.7500" not in text
    assert shown(lines[:1], [("dice", "Dice")], rows="a", show=settings_table) == ""


def test_phantoms_and_cubes_are_not_on_pages(shown):
    lines = [
        f"1,a,dice,,0.75,,,,,12,{RUN.replace('half', data, 1)}"
        for data in ("phantom", "brats17-cubes32")
    ]
    text = shown(lines, [("dice", "Dice")], rows="a")
    assert text == ""
