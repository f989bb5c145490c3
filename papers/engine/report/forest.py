"""Differences between methods, with their intervals, and what they say of claims."""

import math
from dataclasses import dataclass

from common.reporting.cells import GROUP, is_phantom
from common.reporting.people.small_table import NOTHING, number, numbered
from common.reporting.text import read_text
from papers.engine.report.axis import Axis
from papers.engine.report.rows import order_of, words_of


@dataclass(frozen=True)
class Difference:
    """A difference of two methods, second minus first.

    Args:
        claim: the claim that it is about, or `""`.
        verdict: what the interval says of the claim, or `""`.
        first: title of the method that is compared with.
        second: title of the other one.
        score: name of the score.
        cases: which cases were compared.
        published: the published difference.
        text: the difference with its interval.
        at: its place in percent, or None.
        low: place of the interval's lower end, or None.
        high: that of its upper end.
        n: the number of patients.
        mark: mark of the note that says what separates it from the paper's, or `""`.
    """

    claim: str
    verdict: str
    first: str
    second: str
    score: str
    cases: str
    published: str
    text: str
    at: float | None
    low: float | None
    high: float | None
    n: str
    mark: str


@dataclass(frozen=True)
class Differences:
    """The differences of one run, or of the methods of one.

    Args:
        words: what was run.
        phantom: whether it was a phantom.
        axis: the `Axis`, with 0 on it.
        rows: the `Difference`s.
        notes: what separates the run from the paper's.
    """

    words: str
    phantom: bool
    axis: Axis
    rows: tuple[Difference, ...]
    notes: tuple[str, ...]


def differences_of(paper, folders, name):
    """Returns the `Differences` of each run in some results folders.

    Args:
        paper: a `papers.engine.paper.Paper`.
        folders: `(owner, folder)` of each results folder.
        name: the file, `"paired.csv"` or `"claims.csv"`.
    """
    found = []
    for owner, folder in folders:
        if not (folder / name).exists():
            continue
        lines = read_text(folder / name, "`make tables` writes it")
        for group, of_group in lines.groupby(GROUP, sort=False):
            group = dict(zip(GROUP, group, strict=True))
            found.append((group, owner, of_group.to_dict("records")))
    found.sort(key=lambda one: order_of(one[0], paper, _patients(one[2])))
    return [_differences(paper, *one) for one in found]


def _differences(paper, group, owner, lines):
    titles = {method.id: method.title for method in paper.methods}
    labels = {c.key: c.label for table in paper.tables for c in table.columns}
    names = ("difference", "ci_low", "ci_high")
    axis = Axis([_float(line.get(n, "")) for line in lines for n in names], zero=True)
    marks, notes = numbered([line.get("note", "") for line in lines])
    rows = []
    for line, mark in zip(lines, marks or [""] * len(lines), strict=True):
        value, low, high = (_float(line.get(name, "")) for name in names)
        score = line.get("column") or line.get("score", "")
        rows.append(
            Difference(
                claim=line.get("claim", ""),
                verdict=line.get("verdict", ""),
                first=titles.get(line["first"], line["first"]),
                second=titles.get(line["second"], line["second"]),
                score=labels.get(score, score),
                cases=line.get("cases", ""),
                published=number(_float(line.get("published_difference", "")), "+"),
                text=_text(value, low, high),
                at=axis.at(value),
                low=axis.at(low),
                high=axis.at(high),
                n=line.get("n_patients", ""),
                mark=mark,
            )
        )
    words = words_of(group, owner)
    phantom = is_phantom(group["data"])
    return Differences(words, phantom, axis, tuple(rows), tuple(notes))


def _patients(lines):
    return max(int(line.get("n_patients") or 0) for line in lines)


def _text(value, low, high):
    if math.isnan(value):
        return NOTHING
    interval = f" [{number(low, '+')}, {number(high, '+')}]" if low < high else ""
    return number(value, "+") + interval


def _float(text):
    return float(text) if text else math.nan
