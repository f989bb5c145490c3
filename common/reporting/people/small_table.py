"""A table of one score that a person can take in: at most eight columns."""

import math
from dataclasses import dataclass, replace
from itertools import zip_longest

from common.reporting.people.lines import SAME, SUITE, YOURS, lines_of_score, nearest
from common.reporting.published import read_published

NOTHING = "-"


@dataclass(frozen=True)
class SmallTable:
    """A table of texts, to be shown in a terminal, on a page or in a report.

    Args:
        title: its heading.
        head: names of the columns.
        rows: its rows, each as long as `head`.
        sections: numbers of the rows, from 0, before which a new section begins.
        notes: sentences for below the table.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sections: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


def main_columns(tables):
    """Returns the columns of the Dice that a paper prints, or else its first one.

    Args:
        tables: the paper's `common.reporting.table.Table`s.
    """
    return _main_of(printed_columns(tables))


def printed_columns(tables):
    """Returns the columns of the paper's own tables that it prints, each once."""
    found = {}
    for table in tables:
        if not table.in_paper:
            continue
        printed = set(read_published(table.published_csv)["column"])
        for column in table.columns:
            if (column.printed or column.key) in printed:
                found.setdefault(column.key, column)
    return list(found.values())


def dice_first(columns):
    """Returns columns, those of the Dice before all others."""
    return sorted(columns, key=lambda column: not column.label.startswith("Dice"))


def tables_of(lines, tables, title=""):
    """Makes the tables of a paper for people: one of each score, the Dice first.

    Pages show these, and texts to paste.

    Args:
        lines: the paper's lines, as `common.reporting.people.lines_of` returns them.
        tables: its `common.reporting.table.Table`s; of those in the paper, the scores
            that it prints are shown, of others all.
        title: words before the name of each score.

    Returns:
        A list of `SmallTable`s, as `small_tables` makes them.
    """
    return small_tables(lines, dice_first(_columns_of(tables)), title)


def main_tables_of(lines, tables, title=""):
    """Makes those tables of `tables_of` that fit a screen: of the main score alone.

    Args:
        lines: as for `tables_of`.
        tables: likewise.
        title: likewise.

    Returns:
        A list of `SmallTable`s: one of each region's Dice, or else of the first score.
    """
    return small_tables(lines, _main_of(_columns_of(tables)), title)


def _columns_of(tables):
    """Returns the scores that a paper prints, or all of tables that are not its own."""
    if any(table.in_paper for table in tables):
        return printed_columns(tables)
    return list({c.key: c for table in tables for c in table.columns}.values())


def _main_of(columns):
    dice = [column for column in columns if column.label.startswith("Dice")]
    return dice or columns[:1]


def small_tables(lines, columns, title=""):
    """Makes a table of each score, with one row for each method and split.

    Args:
        lines: a paper's lines, as `common.reporting.people.lines_of` returns them.
        columns: the `common.reporting.table.Column`s, such as `main_columns`.
        title: words before the name of each score.

    Returns:
        A list of `SmallTable`s with the columns method, split (where there are
        several), published, reproduced (where the user has runs too: the suite's and
        theirs), gap, and a mark of the note that says what the row was run on and
        whether it is comparable; without marks where one note is on all rows.
    """
    tables = []
    for column in columns:
        mine = lines_of_score(nearest(lines), column)
        if mine:
            mine.sort(key=_section_among(mine))
            heading = f"{title}: {column.label}" if title else column.label
            tables.append(_small_table(mine, column, heading))
    remarks = {line.table.note for line in lines if line.table.in_paper} - {""}
    if tables and len(remarks) == 1:
        remark = remarks.pop()
        notes = (*tables[-1].notes, f"{remark[0].upper()}{remark[1:]}.")
        tables[-1] = replace(tables[-1], notes=notes)
    return tables


def notes_once(tables):
    """Returns tables that stand below each other without notes that are repeated.

    Args:
        tables: `SmallTable`s; one whose notes are all below the next, too, has none.
    """
    following = [set(table.notes) for table in tables[1:]]
    return [
        replace(table, notes=()) if below >= set(table.notes) else table
        for table, below in zip_longest(tables, following, fillvalue=set())
    ]


def number(value, sign=""):
    """Returns a number as people read it: four decimals, or whole from 1000 on."""
    if math.isnan(value):
        return NOTHING
    digits = 0 if abs(value) >= 1000 else 4
    return f"{value:{sign},.{digits}f}"


def score(run, column):
    """Returns a run's number with its interval over cases and deviation over seeds."""
    value, low, high, deviation = (
        run.value(column.key, name)
        for name in ("reproduced", "ci_low", "ci_high", "sd_seeds")
    )
    if math.isnan(value):
        return "no value"  # a case has failed
    text = number(value)
    if deviation > 0:
        text += f" ± {number(deviation)}"
    if low < high:
        text += f" [{number(low)}, {number(high)}]"
    return text


def numbered(texts):
    """Returns marks that stand for texts, and the notes that they stand for.

    Args:
        texts: one for each row, `""` where there is nothing to say.

    Returns:
        `(marks, notes)`: the marks such as `"[1]"`, or None where all rows that have a
        text have the same, whose note needs no mark.
    """
    distinct = [text for text in dict.fromkeys(texts) if text]
    if len(distinct) < 2:
        return None, distinct
    marks = {text: f"[{number}]" for number, text in enumerate(distinct, 1)}
    notes = [f"{mark} {text}" for text, mark in marks.items()]
    return [marks.get(text, "") for text in texts], notes


def about(line):
    """Returns what a line's runs were run on, and whether they are comparable."""
    if not line.runs:
        return ""
    return f"{_of_owners(line, str)}. {_of_owners(line, _comparable_of(line))}."


def _small_table(lines, column, title):
    owners = [o for o in (SUITE, YOURS) if any(o in line.runs for line in lines)]
    names = {owner: owner for owner in owners} if len(owners) > 1 else {}
    splits = [line.split for line in lines]
    marks, notes = numbered([about(line) for line in lines])
    columns = {
        "method": [line.row.title for line in lines],
        "split": splits if len(set(splits) - {""}) > 1 else None,
        "published": [number(line.published(column)[0]) for line in lines],
    }
    for owner in owners or [SUITE]:
        columns[names.get(owner, "reproduced")] = [
            score(line.runs[owner], column)
            if owner in line.runs
            else NOTHING
            if line.runs
            else "not run"
            for line in lines
        ]
    columns["gap"] = [
        number(line.gap(column, line.run), "+") if line.runs else NOTHING
        for line in lines
    ]
    columns["run"] = marks
    if len(set(splits) - {""}) == 1:
        notes.append(f"Split {max(splits)}.")
    for beside in dict.fromkeys(line.beside for line in lines if line.beside):
        notes.append(f"The published numbers are those of {beside!r}.")
    columns = {name: texts for name, texts in columns.items() if texts is not None}
    kinds = list(map(_section_among(lines), lines))
    return SmallTable(
        title=title,
        head=tuple(columns),
        rows=tuple(zip(*columns.values(), strict=True)),
        sections=tuple(n for n in range(1, len(kinds)) if kinds[n] != kinds[n - 1]),
        notes=tuple(notes),
    )


def _comparable_of(line):
    words = {"yes": "Comparable with the published number"}
    words["no"] = f"Not {words['yes'].lower()}"

    def comparable(run):
        answer = line.comparable(run)
        (key,) = [key for key in words if answer.startswith(key)]
        return words[key] + answer.removeprefix(key)

    return comparable


def _section_among(lines):
    """Returns the function from a line to its section.

    What was not run is in the first one, so that rows keep the paper's order.
    """
    first = min((line.nearness for line in lines if line.runs), default=SAME)
    return lambda line: line.nearness if line.runs else first


def _of_owners(line, text):
    """Returns a text on each owner's run of a line, once where they agree."""
    texts = {owner: text(run) for owner, run in line.runs.items()}
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    return "; ".join(f"{owner}: {words}" for owner, words in texts.items())
