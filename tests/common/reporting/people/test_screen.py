"""All papers on one screen, of rows that a test has written."""

import dataclasses

import pytest

from common.reporting.people import comparison, screen
from common.reporting.people.comparison import entries_of
from common.reporting.people.screen import HEADING


@pytest.fixture
def table(table):
    return dataclasses.replace(table, dataset="figshare")


@pytest.fixture
def papers(table, lines, make_run):
    """Two papers with the same rows: one method was run under two splits."""
    other = {"data": "other", "profile": "half"}
    runs = [make_run(split=split, **other) for split in ("patient", "training")]
    found = lines(suite=runs)
    column = table.columns[0]
    return [("one", found, column, "300 epochs"), ("two", found, column, "300 epochs")]


def texts(lines):
    return ["".join(text for text, _ in line).rstrip() for line in lines]


def test_each_row_of_the_table_is_on_the_screen(papers):
    table = comparison(papers)
    shown = " ".join(texts(screen(papers, 80)))
    ran = [row for row in table.rows if "not run" not in row and row[3] != "-"]
    assert len(ran) == 4
    for row in ran:
        assert " ".join(row[2:4]) in " ".join(shown.split())
    for row in table.rows:
        assert row[1].partition(",")[0] in shown


def test_what_separates_rows_is_said_once_above_them(papers):
    lines = screen(papers, 80)
    headings = [text for ((text, style),) in lines if style == HEADING]
    headings = [text for text in headings if not text.startswith(" ")]
    assert headings == [
        f"{paper}, split {split}: n = 6; other, not figshare; profile half;"
        for paper in ("one", "two")
        for split in ("patient", "training")
    ]


@pytest.mark.parametrize("width", [60, 80, 100, 150, 400])
def test_no_line_is_wider_than_the_screen(papers, width):
    assert max(map(len, texts(screen(papers, width)))) <= width


def test_a_wide_screen_has_papers_beside_each_other(papers):
    narrow, wide = (texts(screen(papers, width)) for width in (80, 160))
    assert len(wide) < 0.7 * len(narrow)
    assert wide[0].count("published") == 2
    words = [sorted(" ".join(lines).split()) for lines in (narrow[1:], wide[1:])]
    assert words[0] == words[1]


def test_a_number_that_a_paper_prints_elsewhere_is_shown(papers, table):
    """Of the same score only: here the mean over what the table has no number of."""
    dice, iou = table.columns
    unprinted = dataclasses.replace(dice, key="wt_dice", label="Dice (whole tumor)")
    average = dataclasses.replace(dice, label="Dice, average")
    for columns, expected in (
        ((iou, average), ["Dual-Scale LinkNet, Dice, average"]),
        ((iou,), []),
    ):
        changed = dataclasses.replace(table, columns=(unprinted, *columns))
        of = [
            ("one", [dataclasses.replace(line, table=changed) for line in found], *rest)
            for _, found, _, *rest in papers[:1]
        ]
        entries = entries_of([(*of[0][:2], unprinted, of[0][2])])
        ran = [
            entry for entry in entries if entry.line.run and entry.split == "patient"
        ]
        assert [entry.title for entry in ran][1:] == expected
        assert (
            ran[0].values[0] == "-"
            and ran[-1].values[0] == ("-", "0.7812")[len(ran) - 1]
        )
