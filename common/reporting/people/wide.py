"""The tables of several papers on one data set as CSV, in the papers' shape."""

import math

from common.reporting.people.lines import PHANTOM, SAME, SUITE, YOURS
from common.reporting.people.small_table import printed_columns

OWNER = "run by"
_LAST = ["n", "data", "coverage", "budget", "profile", "split", OWNER]
# The groups of rows, in their order.
_COMPARABLE, _SAME_DATA, _OTHER_DATA, _NOT_RUN, _OF_OTHERS, _PHANTOM = range(6)


def wide_table(papers):
    """Joins papers' tables: one row a method and split, with the columns they print.

    Rows come in groups, and in each by their data: those that may be compared with the
    published numbers, those of the same data that may not, those of other data, methods
    that were not run, what others published, and phantoms. A column without a value is
    left out.

    Args:
        papers: for each paper's id its `common.reporting.table.Table`s and its lines,
            as `common.reporting.people.lines_of` returns them.

    Returns:
        A `DataFrame` with the columns `paper`, `table`, `method`, `comparable` (with
        the reason), for each score `…_published`, `…_reproduced` and `…_gap`, then the
        number of cases, what was run, and by whom.
    """
    import pandas as pd

    rows, scores = [], {}
    for paper, (tables, lines) in papers.items():
        columns = printed_columns(tables)
        scores |= {
            f"{column.key}_{name}": None
            for column in columns
            for name in ("published", "reproduced", "gap")
        }
        for line in lines:
            if line.table.in_paper:
                rows += _rows(paper, line, columns)
    rows.sort(key=lambda row: row[0])
    head = ["paper", "table", "method", "comparable", *scores, *_LAST]
    frame = pd.DataFrame([row for _, row in rows], columns=head)
    if not (frame[OWNER] == "you").any():
        frame[OWNER] = ""  # all are the suite's
    return without_empty(frame)


def without_empty(frame):
    """Returns a table without the columns that have no value in any row."""
    empty = frame.isna() | (frame == "")
    return frame[[name for name in frame if not empty[name].all()]]


def _rows(paper, line, columns):
    """Yields `((group, data), row)` of a line: of each owner, or one without a run."""
    keys = {column.key for column in line.table.columns}
    columns = [column for column in columns if column.key in keys]
    same = {"paper": paper, "table": line.table.name, "method": line.row.title}
    same |= {f"{c.key}_published": line.published(c)[0] for c in columns}
    if not line.runs:
        why = "not run" if line.row.method else "published by others, not run"
        group = _NOT_RUN if line.row.method else _OF_OTHERS
        yield (group, ""), same | {"comparable": f"no: {why}"}
    beside = line.beside if line.nearness != PHANTOM else ""
    beside = beside and f"the published numbers are those of {beside!r}"
    for owner, run in line.runs.items():
        row = dict(same)
        for column in columns:
            row[f"{column.key}_reproduced"] = run.value(column.key)
            row[f"{column.key}_gap"] = line.gap(column, run)
            if line.nearness == PHANTOM:
                row[f"{column.key}_published"] = math.nan
        comparable = line.comparable(run)
        row |= {
            "n": run.n_cases,
            **{name: run.group[name] for name in ("data", "coverage", "budget")},
            **{name: run.group[name] for name in ("profile", "split")},
            OWNER: {SUITE: "suite", YOURS: "you"}[owner],
            "comparable": "; ".join(filter(None, [comparable, beside])),
        }
        yield (_group(line, comparable), run.group["data"]), row


def _group(line, comparable):
    if comparable.startswith("yes"):
        return _COMPARABLE
    others = {SAME: _SAME_DATA, PHANTOM: _PHANTOM}
    return others.get(line.nearness, _OTHER_DATA)
