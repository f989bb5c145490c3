"""The tables of a paper's page, of rows that a test has written."""

import io

import pandas as pd
import pytest

from common.reporting.cells import COLUMNS
from common.reporting.people import as_markdown, lines_of, tables_of
from common.reporting.table import Column, Row, Table
from papers.engine.pages.results import results_table, settings_table

HEAD = "table,row,column,published,reproduced,gap,ci_low,ci_high,sd_seeds,n_cases,"
HEAD += "data,coverage,fingerprint,profile,budget,split,folds,seeds,command,note"
RUN = "half,20/40,f,cpu,9 epochs,patient,0,0,make x DATA=/there/half,few"
DICE = [("dice", "Dice")]


@pytest.fixture
def paper(tmp_path):
    """Writes lines of `cells.csv`; returns a table of them."""

    def paper(lines, columns=DICE, rows="ab", name="1", published=()):
        text = io.StringIO("\n".join([HEAD, *lines]))
        cells = pd.read_csv(text, dtype=str, na_filter=False)
        cells = cells.reindex(columns=COLUMNS, fill_value="")
        cells.to_csv(tmp_path / "cells.csv", index=False)
        printed = [f"{row},{key},{value},there,," for row, key, value in published]
        path = tmp_path / "published.csv"
        path.write_text("\n".join(["row,column,value,where,note,flag", *printed]))
        beside = "Y" if "Y" in rows else ""
        return Table(
            name,
            "Scores",
            tuple(
                Row(key, key.upper() * 2, key, beside)
                if key.islower()
                else Row(key, key * 2)
                for key in rows
            ),
            tuple(Column(key, label, None, "") for key, label in columns),
            path,
        )

    return paper


def test_a_page_shows_the_terminals_tables(paper, tmp_path):
    columns = [("iou", "IoU (whole)"), ("dice", "Dice (whole)"), ("soft", "Soft")]
    lines = [
        f"1,a,dice,,0.75,-0.05,0.7,0.8,,12,{RUN}",
        f"1,a,iou,,0.5,,0.4,0.6,,12,{RUN}",
        f"1,a,soft,,0.5,,0.4,0.6,,12,{RUN}",
    ]
    published = [("a", "dice", 0.8), ("b", "dice", 0.9), ("a", "iou", 0.6)]
    table = paper(lines, columns, published=published)
    text = results_table(tmp_path, [table])
    cells = pd.read_csv(tmp_path / "cells.csv", dtype=str, na_filter=False)
    dice, iou = tables_of(lines_of([table], cells, cells[:0]), [table])
    head, folded, *_ = text.split("<details>")
    assert as_markdown(dice) in head and as_markdown(iou) in folded
    assert "<summary>Other scores: IoU</summary>" in folded and "Soft" not in text
    assert "| AA | 0.8000 | 0.7500 [0.7000, 0.8000] | -0.0500 |" in head
    assert "| BB | 0.9000 | not run | - |" in head


def test_the_commands_and_notes_of_rows_are_folded(paper, tmp_path):
    table = paper([f"1,a,dice,,0.75,,,,,12,{RUN}"], published=[("a", "dice", 0.8)])
    head, *folded = results_table(tmp_path, [table]).split("<details>")
    assert "make x" not in head
    assert "- AA: `half` (20 of 40 cases), profile cpu, 9 epochs" in folded[0]
    assert "`make x DATA=half`" in folded[0] and "/there" not in folded[0]
    assert "- AA (patient): few" in folded[1]


def test_a_table_that_the_paper_has_not_is_folded(paper, tmp_path):
    lines = [f"_more,a,dice,,0.75,,,,,12,{RUN}"]
    text = results_table(tmp_path, [paper(lines, name="_more")])
    assert text.startswith("<details>\n<summary>Dice</summary>") and "0.7500" in text


def test_what_others_published_is_folded_away(paper, tmp_path):
    lines = ["1,X,dice,0.91,,,,,,,,,,,,,,,,", "1,Y,dice,0.92,,,,,,,,,,,,,,,,"]
    lines.append(f"1,a,dice,,0.75,,,,,12,{RUN}")
    published = [("X", "dice", 0.91), ("Y", "dice", 0.92)]
    text = results_table(tmp_path, [paper(lines, rows="aXY", published=published)])
    head, *_, folded = text.split("<details>")
    assert "| AA | 0.9200 | 0.7500 |" in head, "Y's number stands beside"
    assert "| XX | 0.9100 |" in folded and "YY" not in folded


def test_changed_settings_have_a_table(paper, tmp_path):
    changed = RUN.replace(",cpu,", ',"cpu, network.dilation=flat",')
    lines = [f"1,a,dice,,0.75,,0.7,0.8,,12,{RUN}", f"1,a,dice,,0.5,,,,,12,{changed}"]
    text = settings_table(tmp_path, paper(lines, rows="a"), ["dice"])
    assert "| AA | `network.dilation=flat` | 0.5000 | 12 | a |" in text
    assert "0.7500" not in text
    assert settings_table(tmp_path, paper(lines[:1], rows="a"), ["dice"]) == ""


def test_phantoms_and_cubes_are_not_on_pages(paper, tmp_path):
    lines = [
        f"1,a,dice,,0.75,,,,,12,{RUN.replace('half', data, 1)}"
        for data in ("phantom", "brats17-cubes32")
    ]
    table = paper(lines, rows="a", published=[("a", "dice", 0.8)])
    text = results_table(tmp_path, [table])
    assert "0.7500" not in text and "| AA | 0.8000 | not run | - |" in text
