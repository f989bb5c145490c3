"""The number of the front page, our nearest row, and the verdict."""

from types import SimpleNamespace

import pytest

from papers.engine.pages.claims import verdict_of_claims
from papers.engine.pages.headline import Headline, verdict, what_separates

HEAD = "table,row,column,published,reproduced,gap,ci_low,ci_high,n_cases,"
HEAD += "data,coverage,fingerprint,profile,budget,split,folds,seeds,command,note\n"
PRINTED = "1,a,dice,0.8,,,,,,,,,,,,,,,not run\n"
CLAIMS = "claim,score,cases,data,coverage,fingerprint,profile,budget,split,"
CLAIMS += "n_patients,n_cases,verdict,note\n"


@pytest.fixture
def paper():
    headline = Headline(
        name="A", score="Dice", table="1", printed="a", row="a", column="dice"
    )
    return SimpleNamespace(dataset="all", page=SimpleNamespace(HEADLINE=headline))


def test_nothing_run_is_open(paper, tmp_path):
    (tmp_path / "cells.csv").write_text(HEAD + PRINTED)
    text = verdict(paper, tmp_path)
    assert text.startswith("**Open.** The published Dice, 0.8000, has no row")


def test_the_nearest_row_stands_beside_the_published_number(paper, tmp_path):
    row = "1,a,dice,,0.75,,0.7,0.8,12,half,20/40,f,cpu,9 epochs,patient,0,0,make,\n"
    (tmp_path / "cells.csv").write_text(HEAD + PRINTED + row)
    text = verdict(paper, tmp_path)
    assert "Our Dice is 0.7500 [0.700, 0.800] on 12 cases of `half`" in text
    assert "the published one 0.8000;" in text
    assert "data half, not all; profile cpu" in text


def test_what_separates_a_row_from_the_paper():
    cell = {"data": "all", "coverage": "9/9", "profile": "paper"}
    assert "nothing" in what_separates(cell, "all")
    assert what_separates(cell | {"coverage": "2/9"}, "all") == "2 of 9 cases"


def judged(tmp_path, *lines):
    (tmp_path / "claims.csv").write_text(CLAIMS + "".join(lines))
    return verdict_of_claims(tmp_path)


def line(claim, score, found, cases="all", data="half", split="patient"):
    return (
        f"{claim},{score},{cases},{data},40/40,f,half,9 epochs,{split},8,8,{found},\n"
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
    assert text.startswith("Of 5 claims of the paper, our rows leave 1 supported, ")
    assert "1 contradicted, 2 undecided, 1 supported in part" in text
    assert "8 patients of `half` after 9 epochs" in text


def test_held_out_cases_decide(tmp_path):
    text = judged(
        tmp_path,
        line("one", "dice", "contradicted", split="training cases"),
        line("one", "dice", "supported"),
    )
    assert text.startswith("Of 1 claim of the paper, our rows leave 1 supported,")


def test_cubes_and_phantoms_judge_nothing(tmp_path):
    assert judged(tmp_path, line("one", "dice", "supported", data="phantom")) == ""
    found = judged(tmp_path, line("one", "dice", "supported", data="x-cubes32"))
    assert found == ""
