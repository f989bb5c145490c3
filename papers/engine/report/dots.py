"""Published beside reproduced scores: dots with intervals, a plot for each score."""

import math
from dataclasses import dataclass

from common.reporting.people.lines import PHANTOM
from common.reporting.people.small_table import (
    NOTHING,
    about,
    number,
    numbered,
    score,
)
from papers.engine.report.axis import Axis
from papers.engine.report.rows import number_of


@dataclass(frozen=True)
class Dot:
    """A reproduced score.

    Args:
        owner: whose it is, `"suite"` or `"yours"`.
        text: the score with its interval.
        at: its place in percent, or None where it has no value.
        low: place of the lower end of its interval, or None.
        high: that of the upper end.
        run: number of its run in the report, or None.
    """

    owner: str
    text: str
    at: float | None
    low: float | None
    high: float | None
    run: int | None


@dataclass(frozen=True)
class DotRow:
    """A row of a plot: one method under one split.

    Args:
        title: the method.
        published: the published score.
        at: its place in percent, or None.
        dots: the `Dot`s.
        gap: reproduced minus published.
        mark: mark of the note that says what was run, or `""`.
    """

    title: str
    published: str
    at: float | None
    dots: tuple[Dot, ...]
    gap: str
    mark: str


@dataclass(frozen=True)
class DotPlot:
    """The plot of one score.

    Args:
        key: key of the score's column.
        label: its name.
        convention: its definition.
        axis: the `Axis`.
        rows: the `DotRow`s.
    """

    key: str
    label: str
    convention: str
    axis: Axis
    rows: tuple[DotRow, ...]


def dot_plots(lines, columns, runs):
    """Returns the `DotPlot` of each score that is printed or was run, and the notes.

    Args:
        lines: lines of a table, as `common.reporting.people.nearest` returns them.
        columns: the `common.reporting.table.Column`s.
        runs: the paper's runs, as `papers.engine.report.rows.case_runs` returns them.

    Returns:
        `(plots, notes)`; the notes say what the marked rows were run on.
    """
    lines = [line for line in lines if _is_listed(line)]
    marks, notes = numbered([about(line) for line in lines])
    marks = marks or [""] * len(lines)
    plots = []
    for column in columns:
        if any(_numbers(line, column) for line in lines):
            plots.append(_plot(lines, column, runs, marks))
    return plots, notes


def _is_listed(line):
    return bool(line.runs) or bool(line.printed) and line.table.in_paper


def _plot(lines, column, runs, marks):
    shown = [
        (line, mark)
        for line, mark in zip(lines, marks, strict=True)
        if _numbers(line, column) or line.row.method
    ]
    axis = Axis([value for line, _ in shown for value in _numbers(line, column)])
    splits = {line.split for line, _ in shown} - {""}
    rows = [_row(line, column, axis, runs, mark, splits) for line, mark in shown]
    return DotPlot(column.key, column.label, column.convention, axis, tuple(rows))


def _row(line, column, axis, runs, mark, splits):
    title = line.row.title
    if line.split and len(splits) > 1:
        title += f", split {line.split}"
    value, comparable = line.published(column)
    phantom = line.nearness == PHANTOM
    gap = line.gap(column, line.run) if line.run else math.nan
    return DotRow(
        title=title,
        published=number(value) + " (not compared)" * _flagged(value, comparable),
        at=None if phantom else axis.at(value),
        dots=tuple(
            Dot(
                owner,
                score(run, column),
                *(axis.at(run.value(column.key, name)) for name in _PLACES),
                number_of(runs, owner, line.row.method, run.group),
            )
            for owner, run in line.runs.items()
        ),
        gap=NOTHING if math.isnan(gap) else number(gap, "+"),
        mark=mark,
    )


_PLACES = ("reproduced", "ci_low", "ci_high")


def _flagged(value, comparable):
    return not (comparable or math.isnan(value))


def _numbers(line, column):
    """Returns all numbers that a line has in a column's plot."""
    values = [
        run.value(column.key, name) for run in line.runs.values() for name in _PLACES
    ]
    if line.nearness != PHANTOM:
        values.append(line.published(column)[0])
    return [value for value in values if not math.isnan(value)]
