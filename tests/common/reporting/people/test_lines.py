"""Which runs a reader is shown."""

import dataclasses
import math

import pytest

from common.reporting.people.lines import (
    OTHER,
    PHANTOM,
    SAME,
    SUITE,
    YOURS,
    lines_of,
    lines_of_score,
    nearest,
)


@pytest.fixture
def table(table):
    return dataclasses.replace(table, dataset="figshare")


@pytest.fixture
def dual(make_run):
    """Returns the cases of a run of one method."""
    return lambda **changes: make_run(**{"data": "figshare"} | changes)


def shown(lines):
    """What is shown of one method: split, nearness, and whose runs with what budget."""
    return [
        (
            line.split,
            line.nearness,
            {owner: run.group["budget"] for owner, run in line.runs.items()},
        )
        for line in lines
        if line.row.key == "dual"
    ]


def test_of_each_split_the_largest_budget_counts(lines, dual):
    runs = [dual(budget=f"{n} epochs") for n in (9, 40, 12)]
    runs.append(dual(budget="2 epochs", split="patient"))
    assert shown(lines(runs)) == [
        ("image", SAME, {SUITE: "40 epochs"}),
        ("patient", SAME, {SUITE: "2 epochs"}),
    ]


def test_of_several_runs_the_one_that_pages_show_counts(lines, dual):
    """The fewest changed settings, then the data with most cases, whole scans first."""
    cubes = dual(data="a-cubes32", n=9, budget="400 epochs")
    few, many = dual(data="a", n=4, budget="90 epochs"), dual(data="b", n=7)
    changed = dual(data="b", n=7, budget="80 epochs", profile="cpu, a.b=1")
    (line,) = [x for x in lines([cubes, few, changed, many]) if x.row.key == "dual"]
    assert (line.run.group["data"], line.run.group["profile"]) == ("b", "cpu")
    (line,) = [x for x in lines([cubes]) if x.row.key == "dual"]
    assert line.run.group["data"] == "a-cubes32", "better than nothing"


def test_rows_of_other_data_and_phantoms_stand_apart(lines, dual):
    data = ("figshare", "small", "phantom")
    found = lines([dual(data=name) for name in data])
    assert [nearness for _, nearness, _ in shown(found)] == [SAME, OTHER, PHANTOM]
    # For people the nearest one only; a phantom of the suite is no result.
    assert [nearness for _, nearness, _ in shown(nearest(found))] == [SAME]
    assert shown(nearest(lines([dual(data="phantom")]))) == [("", OTHER, {})]


def test_people_see_the_run_that_pages_show(lines, dual):
    """Most cases of whole scans, be they of other data; never the suite's cubes."""
    one, six = dual(n=1), dual(data="small", n=6)
    assert shown(nearest(lines([one, six])))[0][1] == OTHER
    assert shown(nearest(lines([six, dual(n=6)])))[0][1] == SAME
    cubes = dual(data="a-cubes32", n=9)
    assert shown(nearest(lines([cubes]))) == [("", OTHER, {})]
    assert shown(nearest(lines([cubes, one])))[0][1] == SAME
    # Unless the user has some, beside which the suite's stand.
    found = nearest(lines([cubes], [dual(data="a-cubes32", n=9)]))
    assert set(shown(found)[0][2]) == {SUITE, YOURS}


def test_cases_that_were_trained_on_are_compared_with_nothing(lines, dual, table):
    (line,) = [line for line in lines([dual()]) if line.row.key == "dual"]
    line.run.cells["dice"]["note"] = "few; trained on all of them"
    dice = table.columns[0]
    assert line.comparable(line.run).startswith("yes")
    marked = dataclasses.replace(table, seen_mark="trained on")
    line = dataclasses.replace(line, table=marked)
    assert line.comparable(line.run).startswith("no: trained on all of them; 1194 of")
    assert math.isnan(line.gap(dice, line.run))


def test_a_users_run_stands_beside_the_suites(lines, dual):
    mine = dual(budget="3 epochs")
    both = {SUITE: "12 epochs", YOURS: "3 epochs"}
    assert shown(nearest(lines([dual()], [mine]))) == [("image", SAME, both)]
    # Not beside one of other data.
    found = nearest(lines([dual(data="small")], [mine]))
    assert shown(found) == [
        ("image", SAME, {YOURS: "3 epochs"}),
        ("image", OTHER, {SUITE: "12 epochs"}),
    ]


def test_a_users_phantom_is_shown_until_they_have_more(lines, dual):
    demo = dual(data="phantom", budget="1 epoch")
    suites = [dual(), dual(data="phantom")]
    both = {SUITE: "12 epochs", YOURS: "1 epoch"}
    assert shown(nearest(lines(suites, [demo]))) == [
        ("image", SAME, {SUITE: "12 epochs"}),
        ("image", PHANTOM, both),
    ]
    found = nearest(lines(suites, [demo, dual(budget="3 epochs")]))
    assert [nearness for _, nearness, _ in shown(found)] == [SAME]


def test_a_gap_says_what_it_can(lines, dual, table):
    dice, iou = table.columns
    phantom, same = (lines([dual(data=name)]) for name in ("phantom", "figshare"))
    (same,) = [line for line in same if line.row.key == "dual"]
    assert same.published(dice) == (0.7812, True)
    value = same.run.value("dice")
    assert same.gap(dice, same.run) == pytest.approx(value - 0.7812)
    # The published number is flagged; a phantom says nothing of it.
    assert same.published(iou) == (0.8813, False)
    assert math.isnan(same.gap(iou, same.run))
    (phantom,) = [line for line in phantom if line.row.key == "dual"]
    assert math.isnan(phantom.gap(dice, phantom.run))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"profile": "paper", "coverage": "9/9"}, "yes"),
        ({"coverage": "9/9"}, "yes, but profile cpu"),
        ({}, "yes, but 1194 of 3064 cases; profile cpu"),
        ({"data": "small"}, "no: data small, not figshare; profile cpu"),
        ({"data": "phantom"}, "no: phantom"),
    ],
)
def test_a_row_says_whether_it_is_comparable(lines, dual, changes, expected):
    (line,) = [line for line in lines([dual(**changes)]) if line.row.key == "dual"]
    assert line.comparable(line.run) == expected


def test_held_out_cases_are_not_those_of_a_published_number(lines, dual, table):
    of = dataclasses.replace(table, split="training cases")
    for split, expected in (
        ("patient", "; split patient, not training cases"),
        ("training cases, all", ""),
    ):
        run = dual(coverage="9/9", split=split)
        (line,) = [line for line in lines([run]) if line.row.key == "dual"]
        line = dataclasses.replace(line, table=of)
        assert line.comparable(line.run) == f"yes, but profile cpu{expected}"


def test_a_row_without_a_number_of_its_own_has_its_neighbors(table, cells_of, dual):
    rows = [
        dataclasses.replace(row, key="new", beside="linknet")
        if row.key == "dual"
        else row
        for row in table.rows
    ]
    beside = dataclasses.replace(table, rows=tuple(rows))
    cells = cells_of(dual()).replace({"row": {"dual": "new"}})
    (line,) = [x for x in lines_of([beside], cells, cells[:0]) if x.row.key == "new"]
    assert line.published(table.columns[0]) == (0.7662, True)
    assert line.beside == "LinkNet"


def test_a_method_of_two_tables_is_listed_once(table, cells_of, dual):
    first = dataclasses.replace(table, name="1")
    cells = cells_of(dual())
    found = lines_of([first, table], cells, cells[:0])
    (line,) = [
        line
        for line in lines_of_score(found, table.columns[0])
        if line.row.method == "dual"
    ]
    assert line.table is table and line.runs, "that it was run in"
