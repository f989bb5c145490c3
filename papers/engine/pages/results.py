"""The tables of published and reproduced scores on a paper's page.

A table shows one row per method and split, from its largest real run, and one region of
the tumor, so that it has eight columns at most. All other rows are in `cells.csv`.
"""

import re
import string

from common.reporting.cells import GROUP
from common.reporting.largest import changed_settings, largest_runs
from common.reporting.text import read_text
from papers.engine.pages.text import (
    NOT_RUN,
    command_shown,
    folded,
    markdown,
    number,
    run_shown,
    with_interval,
)

_MAX_SCORES = 5  # beside the method, the number of cases and the run
# Of a row that was not run, and of weights that were not trained here.
UNSPLIT = ("", "none")
_REGION = re.compile(r"(.+) \((.+)\)")
_RUN = [*GROUP, "folds", "seeds", "command"]


def results_table(folder, tables, printed=()):
    """Returns the tables of a results folder for readers.

    A cell shows the reproduced score with its 95 % interval over cases, below it the
    published one and, where both are of the same data, the gap.

    Args:
        folder: a folder such as `results/linkdsl`.
        tables: the paper's `common.reporting.table.Table`s.
        printed: keys of rows of other authors to show with the methods, such as that
            of a paper's own result where only its weights are run.
    """
    cells = read_text(folder / "cells.csv", "`make tables` writes it")
    runs, parts = _Runs(), []
    for several in _alike(tables):
        rows = _rows(several, cells, printed)
        for region, columns in _regions(several[0].columns):
            table = _table(rows, columns, runs)
            if table:
                title = _title(several, region)
                parts.append(f"**{title}**\n\n{table}")
        parts += _of_others(several, cells, printed)
    if runs.lines:
        parts.append("\n".join(["Runs:", "", *runs.lines]))
    if runs.notes:
        parts.append(folded("Notes on these rows", "\n".join(runs.notes)))
    return "\n\n".join(parts)


def settings_table(folder, table, columns):
    """Returns a table of the runs with changed settings, or "" where there is none.

    Args:
        folder: a folder such as `results/dsunet`.
        table: a `common.reporting.table.Table` of the paper.
        columns: keys of the columns to show.
    """
    cells = read_text(folder / "cells.csv", "`make tables` writes it")
    cells = cells[cells["table"] == table.name]
    titles = {row.key: row.title for row in table.rows}
    labels = {column.key: column.label for column in table.columns}
    changed = cells[cells["profile"].map(lambda one: bool(changed_settings(one)))]
    rows, runs = [], _Runs()
    for (key, profile), several in changed.groupby(["row", "profile"], sort=False):
        for run in largest_runs(several).values():
            found = {cell["column"]: cell for cell in run.to_dict("records")}
            scores = [_score(found.get(key)) for key in columns]
            setting = ", ".join(f"`{one}`" for one in changed_settings(profile))
            rows.append((titles[key], setting, *scores, _n(found), runs.letter(found)))
    if not rows:
        return ""
    head = ("method", "setting", *(labels[key] for key in columns), "n", "run")
    return "\n\n".join([markdown(head, rows), "\n".join(["Runs:", "", *runs.lines])])


class _Runs:
    """The runs behind a page's rows, each with a letter."""

    def __init__(self):
        self._letters = {}
        self.lines, self.notes = [], []

    def letter(self, found):
        """Returns the letter of a row's run, by which the list below explains it."""
        cell = next(iter(found.values()))
        run = tuple(cell[name] for name in _RUN)
        if run not in self._letters:
            letter = self._letters[run] = string.ascii_letters[len(self._letters)]
            said = run_shown(cell)
            self.lines.append(f"- **{letter}**: {said}: `{command_shown(run[-1])}`")
        return self._letters[run]

    def note(self, title, found):
        """Keeps the remarks on a row's cells, each one once."""
        texts = [note for cell in found.values() for note in cell["note"].split("; ")]
        texts = [text for text in dict.fromkeys(texts) if text]
        line = f"- {title} ({self.letter(found)}): {'; '.join(texts)}"
        if texts and line not in self.notes:
            self.notes.append(line)


def _rows(tables, cells, printed):
    """Returns `(title, split, published, found)` of each method and split.

    `published` and `found` are cells by column. `found` is None where a method was not
    run on data that readers are shown, and empty for a row of other authors.
    """
    rows = []
    for table in tables:
        of_table = cells[cells["table"] == table.name]
        for row in table.rows:
            if row.method is None and row.key not in printed:
                continue
            mine = of_table[of_table["row"] == row.key]
            published = _published(mine)
            runs = largest_runs(mine)
            for split, run in runs.items():
                found = {cell["column"]: cell for cell in run.to_dict("records")}
                rows.append((row.title, split, published, found))
            if not runs and published:
                rows.append((row.title, "", published, None if row.method else {}))
    return rows


def _published(cells):
    """Returns the published numbers by column; those that are excluded say so."""
    return {
        cell.column: number(cell.published)
        + " (not compared)" * cell.note.startswith("excluded: ")
        for cell in cells.itertuples()
        if cell.published
    }


def _table(rows, columns, runs):
    """Returns the table of some columns, or "" where no row has a value."""
    columns = [c for c in columns if any(_shows(row, c.key) for row in rows)]
    if not columns:
        return ""
    splits = len({split for _, split, *_ in rows} - {""}) > 1
    lines = []
    for title, split, published, found in rows:
        name = f"{title} ({split})" if splits and split not in UNSPLIT else title
        scores = [_cell(published.get(c.key), found, c.key) for c in columns]
        if not found:
            lines.append((name, *scores, "", NOT_RUN if found is None else ""))
            continue
        lines.append((name, *scores, _n(found), runs.letter(found)))
        runs.note(name, found)
    head = ("method", *(_REGION.sub(r"\1", c.label) for c in columns), "n", "run")
    return markdown(head, lines)


def _shows(row, key):
    _, _, published, found = row
    return bool(published.get(key)) or bool(found and found[key]["reproduced"])


def _cell(published, found, key):
    ours = _score(found.get(key)) if found else ""
    printed = f"published {published}" if published else ""
    if printed and found and found[key]["gap"]:
        printed += f" (gap {number(found[key]['gap'], '+')})"
    return "<br>".join(filter(None, [ours, printed]))


def _score(cell):
    if not cell or not cell["reproduced"]:
        return ""
    score = with_interval(cell["reproduced"], cell["ci_low"], cell["ci_high"])
    if cell["sd_seeds"]:
        score += f" ± {number(cell['sd_seeds'])} over seeds"
    return score


def _n(found):
    return max((cell["n_cases"] for cell in found.values()), key=len)


def _of_others(tables, cells, printed):
    """Returns a folded table of published rows that nothing here reproduces."""
    rows = [
        (row.title, _published(cells[_is(cells, table, row)]))
        for table in tables
        for row in table.rows
        if row.method is None and row.key not in printed
    ]
    columns = [c for c in tables[0].columns if any(c.key in row[1] for row in rows)]
    if not rows:
        return []
    lines = [
        (title, *(published.get(c.key, "") for c in columns))
        for title, published in rows
    ]
    table = markdown(("published by", *(c.label for c in columns)), lines)
    return [folded("Published by others, not run here", table)]


def _is(cells, table, row):
    return (cells["table"] == table.name) & (cells["row"] == row.key)


def _alike(tables):
    """Returns lists of tables: those of one row each and alike columns together."""
    groups = []
    for table in tables:
        last = groups[-1] if groups else None
        keys = [column.key for column in table.columns]
        if last and len(table.rows) == len(last[-1].rows) == 1:
            if keys == [column.key for column in last[-1].columns]:
                last.append(table)
                continue
        groups.append([table])
    return groups


def _regions(columns):
    """Yields `(region, columns)`, and columns without a region in parts that fit."""
    regions = {}
    for column in columns:
        found = _REGION.fullmatch(column.label)
        regions.setdefault(found[2] if found else "", []).append(column)
    for region, of_region in regions.items():
        parts = -(-len(of_region) // _MAX_SCORES)
        size = -(-len(of_region) // parts)
        for first in range(0, len(of_region), size):
            yield region, of_region[first : first + size]


def _title(tables, region):
    names = [table.name.strip("_") for table in tables]
    if len(names) == 1:
        title = f"Table {names[0]}. {tables[0].title}"
    else:
        title = f"Tables {names[0]} to {names[-1]}"
    return f"{title}: {region}" if region else title
