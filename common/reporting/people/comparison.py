"""All papers in one table: published, ours, gap, and what separates them."""

import math
from collections import Counter
from typing import NamedTuple

from common.reporting.people.lines import SUITE, YOURS, Line, lines_of_score, nearest
from common.reporting.people.small_table import NOTHING, SmallTable, number, numbered

VALUES = ("published", SUITE, YOURS, "gap")
GAP = "The gap is reproduced minus published."
_HEAD = ("paper", "method", *VALUES)


class Entry(NamedTuple):
    """One method of a paper under one split, as terminal, page and report show it.

    Args:
        paper: id of the paper.
        title: the method.
        split: the split, where the method has several, else `""`.
        values: texts of `VALUES`.
        line: the `common.reporting.people.lines.Line`.
        budget: the published budget.
    """

    paper: str
    title: str
    split: str
    values: tuple[str, ...]
    line: Line
    budget: str


def entries_of(papers):
    """Returns one `Entry` for each paper's method and split, in the papers' order.

    A method of which the paper prints the score of other regions only, or their mean,
    has a second one of that.

    Args:
        papers: for each paper `(id, lines, column, budget)`: its lines as
            `common.reporting.people.lines_of` returns them, the
            `common.reporting.table.Column` that stands for all its scores, and the
            published budget.
    """
    entries = []
    for paper, lines, column, budget in papers:
        lines = lines_of_score(nearest(lines), column)
        times = Counter(line.row.title for line in lines)
        for line in lines:
            title = line.row.title
            split = line.split if times[title] > 1 else ""
            shown = {title: column}
            if other := _only_published(line, column):
                shown[f"{title}, {other.label}"] = other
            entries += [
                Entry(paper, name, split, _values(line, one), line, budget)
                for name, one in shown.items()
            ]
    return entries


def _only_published(line, column):
    """Returns the first column of the same score that the paper prints a number of.

    None where it prints one of the given column, or where nothing was run.
    """
    score = _score(column)
    columns = [one for one in line.table.columns if _score(one) == score]
    printed = [
        one
        for one in (column, *columns)
        if line.run and not math.isnan(line.published(one)[0])
    ]
    return printed[0] if printed and printed[0] is not column else None


def _score(column):
    """Returns a column's score without its region, such as `Dice`."""
    return column.label.split()[0].strip(",")


def scores_named(papers):
    """Returns in a sentence which score is shown of which of the papers.

    Args:
        papers: as for `entries_of`.
    """
    scores = {}
    for paper, _, column, _ in papers:
        scores.setdefault(column.label, []).append(paper)
    return "; ".join(f"{label}: {', '.join(ids)}" for label, ids in scores.items())


def comparison(papers):
    """Returns a table of one line for each paper's method and split.

    Args:
        papers: as for `entries_of`.

    Returns:
        A `SmallTable`; the user's own runs have a column where there are any.
    """
    entries = entries_of(papers)
    marks, notes = numbered([_separates(entry) for entry in entries])
    rows = [(entry.paper, _title(entry), *entry.values) for entry in entries]
    columns = dict(zip(_HEAD, zip(*rows, strict=True), strict=True))
    if set(columns[YOURS]) == {NOTHING}:
        del columns[YOURS]
    columns |= {"apart": marks} if marks else {}
    ids = [entry.paper for entry in entries]
    return SmallTable(
        title="Published and reproduced, and what separates them",
        head=tuple(columns),
        rows=tuple(zip(*columns.values(), strict=True)),
        sections=tuple(n for n in range(1, len(ids)) if ids[n] != ids[n - 1]),
        notes=(*notes, f"{scores_named(papers)}. {GAP}"),
    )


def _title(entry):
    return f"{entry.title}, split {entry.split}" if entry.split else entry.title


def _values(line, column):
    runs = [
        number(line.runs[owner].value(column.key)) if owner in line.runs else NOTHING
        for owner in (SUITE, YOURS)
    ]
    gap = number(line.gap(column, line.run), "+") if line.run else NOTHING
    return number(line.published(column)[0]), *runs, gap


def _separates(entry):
    """Returns what separates the run of a line from the published one."""
    line = entry.line
    if not line.run:
        return "not run on whole scans"
    found = line.separating(line.run, entry.budget)
    if line.beside:
        found.append(f"published of {line.beside!r}")
    return "; ".join([*found, f"n = {line.run.n_cases}"])
