"""The number of the front page, our nearest row, and the verdict."""

from types import SimpleNamespace

import pandas as pd
import pytest

from common.files import write_text
from common.reporting.cells import COLUMNS, GROUP
from common.reporting.people import nearest
from common.reporting.people.lines import SUITE
from common.reporting.text import to_csv
from papers import registry
from papers.engine.pages.claims import verdict_of_claims
from papers.engine.pages.headline import Headline, verdict, what_separates
from papers.engine.places import compared
from papers.engine.request import SUITES

PRINTED = {"table": "1", "row": "a", "column": "dice", "published": "0.8"}
RAN = PRINTED | {
    "published": "",
    "reproduced": "0.75",
    "ci_low": "0.7",
    "ci_high": "0.8",
    "n_cases": "12",
    "data": "half",
    "coverage": "20/40",
    "fingerprint": "f",
    "profile": "cpu",
    "budget": "9 epochs",
    "split": "patient",
}
CLAIMS = "claim,score,cases,data,coverage,fingerprint,profile,budget,split,"
CLAIMS += "n_patients,n_cases,verdict,note\n"


@pytest.fixture
def paper():
    headline = Headline(
        name="A", score="Dice", table="1", printed="a", row="a", column="dice"
    )
    return SimpleNamespace(
        dataset="all",
        page=SimpleNamespace(HEADLINE=headline),
        protocol_of=lambda profile: SimpleNamespace(budget="90 epochs"),
    )


def write_cells(folder, *cells):
    frame = pd.DataFrame([dict.fromkeys(COLUMNS, "") | cell for cell in cells])
    write_text(folder / "cells.csv", to_csv(frame))


def test_nothing_run_is_open(paper, tmp_path):
    write_cells(tmp_path, PRINTED)
    text = verdict(paper, tmp_path)
    assert text.startswith("**Open.** The published Dice, 0.8000, has no row")


def test_the_nearest_row_stands_beside_the_published_number(paper, tmp_path):
    write_cells(tmp_path, PRINTED, RAN)
    text = verdict(paper, tmp_path)
    assert "Our Dice is 0.7500 [0.700, 0.800] on 12 cases of `half`" in text
    assert "the published one 0.8000;" in text
    assert "data half, not all; profile cpu; 9 of 90 epochs" in text


def test_what_separates_a_row_from_the_paper(paper):
    cell = {"data": "all", "coverage": "9/9", "profile": "paper"}
    cell["budget"] = "90 epochs"
    assert "nothing" in what_separates(cell, paper)
    assert what_separates(cell | {"coverage": "2/9"}, paper) == "2 of 9 cases"
    few = cell | {"budget": "8 epochs"}
    assert what_separates(few, paper) == "8 of 90 epochs"


@pytest.mark.parametrize("paper_id", registry.IDS)
def test_the_front_page_and_compare_show_the_same_run(paper_id):
    """Of the paper's headline; compare and the report choose by `nearest`."""
    paper = registry.paper(paper_id)
    headline, folder = paper.page.HEADLINE, SUITES / paper_id
    cell = headline.nearest(folder)
    (one,) = compared(SUITES, papers=[paper])
    shown = [
        line.runs[SUITE].group
        for line in nearest(one.lines)
        if (line.table.name, line.row.key) == (headline.table, headline.row)
        and SUITE in line.runs
        and line.split in (headline.split, line.split if not headline.split else "")
    ]
    assert shown == ([{name: cell[name] for name in GROUP}] if cell else [])


def judged(tmp_path, *lines):
    (tmp_path / "claims.csv").write_text(CLAIMS + "".join(lines))
    return verdict_of_claims(tmp_path)


def line(
    claim, score, found, cases="all", data="half", split="patient", budget="9 epochs"
):
    return (
        f"{claim},{score},{cases},{data},40/40,f,half,{budget},{split},8,8,{found},\n"
    )


def test_claims_are_counted_once_each(tmp_path):
    text = judged(
        tmp_path,
        line("one", "dice", "supported"),
        line("one", "iou", "undecided"),
        line("two", "dice", "contradicted"),
        line("three", "dice", "supported"),
        line("three", "dice", "contradicted", cases="those with the region"),
        line("four", "dice", "undecided: no rise shown"),
        line("five", "dice", "not tested"),
    )
    assert text == (
        "Supported: three. Contradicted: two. Supported in part: one. Undecided: 1. "
        "Not tested: 1. (5 claims, on 8 patients of `half` after 9 epochs.)"
    )


def test_all_budgets_of_the_shown_lines_are_named(tmp_path):
    text = judged(
        tmp_path,
        line("one", "dice", "contradicted", budget="12 epochs"),
        line("one", "dice", "supported", budget="300 epochs"),
        line("two", "dice", "undecided", budget="100 epochs"),
    )
    assert text == (
        "Supported: one. Undecided: 1. "
        "(2 claims, on 8 patients of `half` after 100 or 300 epochs.)"
    )


def test_a_claim_of_two_tables_is_one(tmp_path):
    text = judged(
        tmp_path,
        line("one (1; Table 1)", "dice", "supported"),
        line("one (1; Table 2)", "dice", "supported"),
        line("two (Table 1)", "dice", "undecided"),
        line("two (Table 2)", "dice", "supported"),
    )
    assert text.startswith("Supported: one. Supported in part: two. (2 claims, on 8")


def test_images_are_not_taken_for_patients(tmp_path):
    of_images = line("one", "dice", "supported").replace(",8,8,", ",8,30,")
    assert "on 30 cases of 8 patients of `half`" in judged(tmp_path, of_images)


def test_held_out_cases_decide(tmp_path):
    text = judged(
        tmp_path,
        line("one", "dice", "contradicted", split="training cases"),
        line("one", "dice", "supported"),
    )
    assert text.startswith("Supported: one. (1 claim, on 8 patients")


def test_cubes_and_phantoms_judge_nothing(tmp_path):
    assert judged(tmp_path, line("one", "dice", "supported", data="phantom")) == ""
    found = judged(tmp_path, line("one", "dice", "supported", data="x-cubes32"))
    assert found == ""
