"""One line a method for all papers: published, ours, gap, and what separates them."""

from collections import Counter

from common.reporting.differences import differences
from common.reporting.people.lines import SUITE, YOURS, lines_of_score, nearest
from common.reporting.people.small_table import NOTHING, SmallTable, number, numbered


def comparison(papers):
    """Returns a table of one line for each paper's method and split.

    Args:
        papers: for each paper `(id, lines, column, budget)`: its lines as
            `common.reporting.people.lines_of` returns them, the
            `common.reporting.table.Column` that stands for all its scores, and the
            published budget.

    Returns:
        A `SmallTable`; the user's own runs have a column where there are any.
    """
    rows, sections, texts, scores = [], [], [], {}
    for paper, lines, column, budget in papers:
        sections += [len(rows)] if rows else []
        scores.setdefault(column.label, []).append(paper)
        lines = lines_of_score(nearest(lines), column)
        times = Counter(line.row.title for line in lines)
        rows += [
            (paper, *_row(line, column, times[line.row.title] > 1)) for line in lines
        ]
        texts += [_separates(line, budget) for line in lines]
    marks, notes = numbered(texts)
    columns = dict(zip(_HEAD, zip(*rows, strict=True), strict=True))
    if set(columns[YOURS]) == {NOTHING}:
        del columns[YOURS]
    columns |= {"apart": marks} if marks else {}
    named = "; ".join(f"{label}: {', '.join(ids)}" for label, ids in scores.items())
    return SmallTable(
        title="Published and reproduced, and what separates them",
        head=tuple(columns),
        rows=tuple(zip(*columns.values(), strict=True)),
        sections=tuple(sections),
        notes=(*notes, f"{named}. The gap is reproduced minus published."),
    )


_HEAD = ("paper", "method", "published", SUITE, YOURS, "gap")


def _row(line, column, several):
    title = line.row.title
    if several and line.split:
        title += f", split {line.split}"
    values = [
        number(line.runs[owner].value(column.key)) if owner in line.runs else NOTHING
        for owner in (SUITE, YOURS)
    ]
    gap = number(line.gap(column, line.run), "+") if line.run else NOTHING
    return title, number(line.published(column)[0]), *values, gap


def _separates(line, budget):
    """Returns what separates the run of a line from the published one."""
    if not line.run:
        return "not run on real data"
    found = differences(line.run.group, line.table.dataset, budget)
    if line.beside:
        found.append(f"published of {line.beside!r}")
    return "; ".join([*found, f"n = {line.run.n_cases}"])
