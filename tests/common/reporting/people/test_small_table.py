"""Tables of one score: what stands in columns, and what below."""

import dataclasses

import pytest

from common.reporting.people import (
    main_columns,
    notes_once,
    printed_columns,
    small_tables,
)


@pytest.fixture
def table(table):
    return dataclasses.replace(table, dataset="figshare", note="a remark")


@pytest.fixture
def run(make_run):
    return lambda method="dual", **changes: make_run(
        method, **{"data": "figshare", "n": 3} | changes
    )


def test_what_all_rows_share_stands_below(lines, run, table):
    found = lines([run(dice=0.5), run("linknet", dice=0.25)])
    first, second = small_tables(found, table.columns, "here")
    assert (first.title, second.title) == ("here: Dice", "here: Mean IoU")
    assert first.head == ("method", "published", "reproduced", "gap")
    assert first.rows == (
        ("LinkNet", "0.7662", "0.2500", "-0.5162"),
        ("Dual-Scale LinkNet", "0.7812", "0.5000", "-0.2812"),
    )
    assert first.sections == ()
    assert first.notes == (
        "3 test cases of figshare 1194/3064, cpu, 12 epochs. Comparable with the "
        "published number, but 1194 of 3064 cases; profile cpu.",
        "Split image.",
    )
    assert second.notes[-1] == "A remark."


def test_at_most_eight_columns(lines, run, table):
    suite = [run(), run("linknet", data="small"), run(split="patient")]
    yours = [run(budget="3 epochs", dice=0.75), run("linknet")]
    (small, _) = small_tables(lines(suite, yours), table.columns)
    assert small.head == (
        *("method", "split", "published", "suite", "yours", "gap", "run"),
    )
    by_name = [dict(zip(small.head, row, strict=True)) for row in small.rows]
    notes = {note[:3]: note[4:] for note in small.notes if note.startswith("[")}
    both = next(row for row in by_name if "; yours: " in notes[row["run"]])
    assert (
        "; yours: 3 test cases of figshare 1194/3064, cpu, 3 epochs. "
        in (notes[both["run"]])
    )
    assert (both["yours"], both["gap"]) == ("0.7500", "-0.0312")
    assert small.sections == (3,), "the row of other data stands apart"
    assert (
        "Not comparable with the published number: data small, not figshare"
        in (notes[by_name[3]["run"]])
    )
    assert by_name[3]["yours"] == "-"


def test_interval_and_deviation(lines, run, table):
    runs = [run(n=9, seed=0), run(n=9, seed=1)]
    (small, _) = small_tables(lines(runs), table.columns)
    (row,) = [row for row in small.rows if row[0].startswith("Dual")]
    value, _, deviation, low, high = row[2].replace(",", "").strip("]").split()
    assert float(low.strip("[")) < float(value) < float(high)
    assert float(deviation) > 0


def test_what_was_not_run_or_failed_says_so(lines, run, table):
    failed = run(status=["ok", "ok", "failed: damaged"])
    (small, _) = small_tables(lines([failed]), table.columns)
    rows = {row[0]: row[1:] for row in small.rows}
    assert rows["LinkNet"] == ("0.7662", "not run", "-")
    assert rows["Dual-Scale LinkNet"] == ("0.7812", "no value", "-")
    assert "Someone else's" not in rows, "cited only"


def test_notes_of_tables_below_each_other_are_said_once(lines, run, table):
    first, second = small_tables(lines([run(), run("linknet")]), table.columns)
    assert set(first.notes) < set(second.notes)
    above, below = notes_once([first, second])
    assert above == dataclasses.replace(first, notes=()) and below == second
    other = dataclasses.replace(first, notes=("of this one only",))
    assert notes_once([other, second]) == [other, second]


def test_columns_of_the_paper_itself(table):
    other = dataclasses.replace(table, name="_readings")
    assert [column.key for column in main_columns([other, table])] == ["dice"]
    assert [c.key for c in printed_columns([table])] == ["dice", "mean_iou"]
    assert printed_columns([other]) == []
