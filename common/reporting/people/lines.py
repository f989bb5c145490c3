"""Which runs a reader is shown, and what separates them from the published ones."""

import math
from dataclasses import dataclass, replace
from itertools import groupby

from common.reporting.cells import GROUP, is_phantom
from common.reporting.differences import differences
from common.reporting.largest import is_shown, largest_of
from common.reporting.published import read_published
from common.reporting.table import Row, Table

SUITE, YOURS = "suite", "yours"
# How near a run's data are to those of the published number.
SAME, OTHER, PHANTOM = range(3)


@dataclass(frozen=True)
class Run:
    """The cells of one method on one data set, profile, budget and split.

    Args:
        group: the run's columns `GROUP` by name.
        cells: its cells by the key of their column, each a dict of texts as in
            `cells.csv`.
    """

    group: dict
    cells: dict

    @property
    def n_cases(self):
        """The number of cases, as text."""
        return max((cell["n_cases"] for cell in self.cells.values()), key=int)

    def value(self, key, name="reproduced"):
        """Returns a number of a column's cell, NaN where there is none."""
        text = self.cells.get(key, {}).get(name, "")
        return float(text) if text else math.nan

    def __str__(self):
        same, n = self.group, self.n_cases
        return (
            f"{n} test case{'' if n == '1' else 's'} of {same['data']} "
            f"{same['coverage']}, {same['profile']}, {same['budget']}"
        )


@dataclass(frozen=True)
class Line:
    """A row of a paper's table under one split, with what was run for it.

    Args:
        table: the `common.reporting.table.Table`.
        row: its `Row`.
        split: name of the split, `""` where nothing was run.
        nearness: `SAME`, `OTHER` or `PHANTOM`: of which data the runs are.
        runs: the `Run`s by whose they are, `SUITE` and `YOURS`.
        printed: the table's published numbers, each with what forbids a comparison or
            `""`, by row and column.
    """

    table: Table
    row: Row
    split: str
    nearness: int
    runs: dict
    printed: dict

    @property
    def run(self):
        """The user's own run, or else the suite's, or None."""
        return self.runs.get(YOURS) or self.runs.get(SUITE)

    @property
    def beside(self):
        """The title of the row whose published numbers stand beside it, or `""`."""
        titles = {row.key: row.title for row in self.table.rows}
        return titles.get(self.row.beside, "")

    def published(self, column):
        """Returns the published number of a column and whether it may be compared.

        Returns:
            `(value, comparable)`; NaN where the paper prints none.
        """
        for row in (self.row.key, self.row.beside):
            found = self.printed.get((row, column.printed or column.key))
            if found:
                return found[0], not found[1]
        return math.nan, False

    def gap(self, column, run):
        """Returns reproduced minus published; NaN where that says nothing.

        A phantom's number has no gap, nor has one of cases that were trained on, nor a
        published one that may not be compared.
        """
        value, comparable = self.published(column)
        if not comparable or self.nearness == PHANTOM or self._trained_on(run):
            return math.nan
        return run.value(column.key) - value

    def comparable(self, run):
        """Returns whether a run may be compared with the published one, and why not."""
        lacks = self.separating(run)
        if trained_on := self._trained_on(run):
            return f"no: {'; '.join([trained_on, *lacks])}"
        if self.nearness == SAME:
            return f"yes, but {'; '.join(lacks)}" if lacks else "yes"
        return f"no: {'; '.join(lacks)}"

    def separating(self, run, budget=None):
        """Returns what separates a run from the published one, each as a few words.

        Args:
            run: one of the line's runs.
            budget: the published budget, if that is to be compared too.
        """
        found = differences(run.group, self.table.dataset, budget)
        if self.table.split and not self.split.startswith(self.table.split):
            found.append(f"split {self.split}, not {self.table.split}")
        return found

    def _trained_on(self, run):
        """Returns what a run's notes say of cases that were trained on, or `""`."""
        mark = self.table.seen_mark
        notes = "; ".join(cell.get("note", "") for cell in run.cells.values())
        said = [part for part in notes.split("; ") if mark and part.startswith(mark)]
        return said[0] if said else ""


def lines_of(tables, suite, yours):
    """Returns the lines of tables: rows that were run, and rows that were not.

    Of the runs of one owner, row and split that are equally near to the published
    number's data, the largest one counts (`common.reporting.largest`).

    Args:
        tables: a paper's `common.reporting.table.Table`s.
        suite: cells of the suite's own runs, texts as in `cells.csv`.
        yours: cells of the user's own runs.

    Returns:
        A list of `Line`s, in the order of the tables and their rows.
    """
    owners = {SUITE: _by_row(suite), YOURS: _by_row(yours)}
    lines = []
    for table in tables:
        published = read_published(table.published_csv).itertuples()
        printed = {(p.row, p.column): (p.value, p.flag) for p in published}
        for row in table.rows:
            places = {}
            for owner, rows in owners.items():
                for place, run in _runs(rows.get((table.name, row.key)), table.dataset):
                    places.setdefault(place, {})[owner] = run
            lines += [
                Line(table, row, *place[::-1], places[place], printed)
                for place in sorted(places)
            ] or [Line(table, row, "", OTHER, {}, printed)]
    return lines


def nearest(lines):
    """Returns the lines for people: of each row and split one owner's one run.

    It is the run that pages show (`common.reporting.largest`): the one of whole scans,
    of most cases, of the published number's data where two have as many. Where the
    suite has run no whole scans, it has no run, unless the user has one of that kind.

    The user's phantom is shown where nothing else of theirs was run, with the suite's
    beside it, which is not shown alone.
    """
    shown = []
    for _, of_row in groupby(lines, lambda line: (line.table.name, line.row.key)):
        of_row = list(of_row)
        best = {}
        for line in sorted(of_row, key=_size):
            best |= {
                (owner, line.split): line.nearness
                for owner, run in line.runs.items()
                if owner == YOURS or YOURS in line.runs or is_shown(run.group["data"])
            }
        only_phantoms = {PHANTOM} == {
            place for (owner, _), place in best.items() if owner == YOURS
        }
        kept = []
        for line in of_row:
            runs = {
                owner: run
                for owner, run in line.runs.items()
                if line.nearness == best.get((owner, line.split)) != PHANTOM
            }
            if line.nearness == PHANTOM and only_phantoms and YOURS in line.runs:
                runs = line.runs
            if runs:
                kept.append(replace(line, runs=runs))
        shown += kept or [replace(of_row[0], split="", nearness=OTHER, runs={})]
    return shown


def _size(line):
    """Returns what orders lines of one row, the one that is shown last."""
    runs = [
        (is_shown(run.group["data"]), int(run.n_cases)) for run in line.runs.values()
    ]
    return line.nearness != PHANTOM, max(runs, default=(False, 0)), -line.nearness


def lines_of_score(lines, column):
    """Returns the lines whose tables have a column, those of each method once.

    Several tables of a paper may list the same method; rows that are only cited are not
    of a method. What is not in the paper is listed if it was run.
    """
    found = {}
    for line in lines:
        listed = line.row.method and (line.runs or line.table.in_paper)
        if listed and column.key in {c.key for c in line.table.columns}:
            found.setdefault((line.row.method, line.split, line.nearness), line)
    ran = {method for (method, *_), line in found.items() if line.runs}
    return [line for (m, *_), line in found.items() if line.runs or m not in ran]


def _by_row(cells):
    """Returns the cells of each table's rows that were run."""
    ran = cells[cells["data"] != ""]
    return dict(list(ran.groupby(["table", "row"]))) if len(ran) else {}


def _runs(cells, dataset):
    """Yields `((nearness, split), Run)`: the largest one of each."""
    if cells is None:
        return
    near = cells["data"].map(lambda data: _nearness(data, dataset))
    for nearness, of_kind in cells.groupby(near):
        whole = of_kind[of_kind["data"].map(is_shown)]
        for split, run in largest_of(whole if len(whole) else of_kind).items():
            found = run.to_dict("records")
            group = {name: found[0][name] for name in GROUP}
            yield (
                (nearness, split),
                Run(group, {cell["column"]: cell for cell in found}),
            )


def _nearness(data, dataset):
    if is_phantom(data):
        return PHANTOM
    return SAME if dataset in (None, data) else OTHER
