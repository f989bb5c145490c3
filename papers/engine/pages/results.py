"""The tables of published and reproduced scores on a paper's page.

They are those of the terminal, `common.reporting.people.tables_of`: one row per method
and split, from its largest real run, and one score each. All other rows are in
`cells.csv`.
"""

import re
import string

from common.reporting.cells import GROUP
from common.reporting.largest import changed_settings, largest_runs
from common.reporting.people import (
    as_markdown,
    lines_of,
    main_columns,
    nearest,
    notes_once,
    tables_of,
)
from common.reporting.text import read_text
from papers.engine.pages.text import (
    command_shown,
    folded,
    markdown,
    number,
    run_shown,
    with_interval,
)

_REGION = re.compile(r" \([^()]*\)$")
_RUN = [*GROUP, "folds", "seeds", "command"]


def results_table(folder, tables):
    """Returns the tables of a results folder for readers.

    Those of the Dice are seen at once; the others, the commands behind the rows, their
    notes and what others published are folded.

    Args:
        folder: a folder such as `results/linkdsl`.
        tables: the paper's `common.reporting.table.Table`s; of tables that the paper
            does not print, everything is folded.
    """
    cells = read_text(folder / "cells.csv", "`make tables` writes it")
    lines = lines_of(tables, cells, cells[:0])
    of_scores = tables_of(lines, tables)
    seen = len(main_columns(tables)) if any(t.in_paper for t in tables) else 0
    parts = [as_markdown(table) for table in notes_once(of_scores[:seen])]
    rest = of_scores[seen:]
    if rest:
        names = ", ".join(dict.fromkeys(_REGION.sub("", t.title) for t in rest))
        text = "\n\n".join(map(as_markdown, notes_once(rest)))
        parts.append(folded(f"{'Other scores: ' * bool(seen)}{names}", text))
    commands, notes = _behind(lines)
    if commands:
        parts.append(folded("The commands behind these rows", "\n".join(commands)))
    if notes:
        parts.append(folded("Notes on these rows", "\n".join(notes)))
    return "\n\n".join([*parts, *_of_others(tables, cells)])


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
        self.lines = []

    def letter(self, found):
        """Returns the letter of a row's run, by which the list below explains it."""
        cell = next(iter(found.values()))
        run = tuple(cell[name] for name in _RUN)
        if run not in self._letters:
            letter = self._letters[run] = string.ascii_letters[len(self._letters)]
            said = run_shown(cell)
            self.lines.append(f"- **{letter}**: {said}: `{command_shown(run[-1])}`")
        return self._letters[run]


def _behind(lines):
    """Returns the commands of the rows that are shown, and the remarks on them."""
    commands, notes = {}, {}
    for line in nearest(lines):
        if not line.run:
            continue
        found = line.run.cells.values()
        cell = next(iter(found))
        title = line.row.title
        run = tuple(cell[name] for name in _RUN)
        titles = commands.setdefault(run, (cell, []))[1]
        titles += [title] * (title not in titles)
        texts = [note for one in found for note in one["note"].split("; ")]
        if texts := [text for text in dict.fromkeys(texts) if text]:
            notes.setdefault("; ".join(texts), []).append(f"{title} ({line.split})")
    return (
        [
            f"- {', '.join(titles)}: {run_shown(cell)}: "
            f"`{command_shown(cell['command'])}`"
            for cell, titles in commands.values()
        ],
        [
            f"- {', '.join(dict.fromkeys(titles))}: {text}"
            for text, titles in notes.items()
        ],
    )


def _score(cell):
    if not cell or not cell["reproduced"]:
        return ""
    score = with_interval(cell["reproduced"], cell["ci_low"], cell["ci_high"])
    if cell["sd_seeds"]:
        score += f" ± {number(cell['sd_seeds'])} over seeds"
    return score


def _n(found):
    return max((cell["n_cases"] for cell in found.values()), key=len)


def _of_others(tables, cells):
    """Returns folded tables of published rows that nothing here reproduces."""
    parts = []
    for table in tables:
        beside = {row.beside for row in table.rows}
        rows = [
            (row.title, _published(cells[_is(cells, table, row)]))
            for row in table.rows
            if row.method is None and row.key not in beside
        ]
        columns = [c for c in table.columns if any(c.key in row[1] for row in rows)]
        lines = [
            (title, *(published.get(c.key, "") for c in columns))
            for title, published in rows
        ]
        if lines:
            text = markdown(("published by", *(c.label for c in columns)), lines)
            title = f"Table {table.name}: published by others, not run here"
            parts.append(folded(title, text))
    return parts


def _published(cells):
    return {c.column: number(c.published) for c in cells.itertuples() if c.published}


def _is(cells, table, row):
    return (cells["table"] == table.name) & (cells["row"] == row.key)
