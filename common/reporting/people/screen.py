"""The comparison of all papers as lines of text that fit one screen."""

import textwrap
from itertools import groupby

from common.reporting.people.comparison import GAP, VALUES, entries_of, scores_named
from common.reporting.people.lines import YOURS
from common.reporting.people.small_table import NOTHING

_INDENT, _BETWEEN = "  ", "   "
_SPACE = "\N{NO-BREAK SPACE}"
HEADING, PLAIN = "bold", ""


def screen(papers, width):
    """Returns the comparison of `common.reporting.people.comparison` for a screen.

    What separates rows from the published ones is said once, above them. Methods that
    were not run share a line. Where the screen is wide enough, papers stand beside each
    other.

    Args:
        papers: as for `common.reporting.people.comparison.entries_of`.
        width: number of columns of the screen.

    Returns:
        A list of lines, each a list of `(text, style)`; the style is `HEADING` or
        `PLAIN`.
    """
    entries = entries_of(papers)
    shown = [
        n
        for n, name in enumerate(VALUES)
        if name != YOURS or any(entry.values[n] != NOTHING for entry in entries)
    ]
    ran = [entry for entry in entries if entry.line.run]
    longest = max((len(entry.title) for entry in ran), default=0)
    sizes = [max(len(VALUES[n]), 7) for n in shown]
    taken = len(_INDENT) + sum(size + 1 for size in sizes)
    half = (width - len(_BETWEEN)) // 2
    is_wide = taken + longest <= half
    room = min(half if is_wide else width, taken + max(longest, 48))

    def row(title, values):
        cells = [f" {v:>{size}}" for v, size in zip(values, sizes, strict=True)]
        first, *rest = textwrap.wrap(title, max(room - taken, 12))
        lines = [f"{_INDENT}{first:{room - taken}}{''.join(cells)}"]
        return [(text, PLAIN) for text in (*lines, *(_INDENT * 2 + r for r in rest))]

    blocks = _blocks(entries, room, row, shown)
    head = row("method", [VALUES[n] for n in shown])
    if is_wide:
        lines = _beside(head, blocks, room)
    else:
        lines = [[line] for line in (*head, *(x for block in blocks for x in block))]
    notes = textwrap.wrap(f"{scores_named(papers)}. {GAP}", width)
    return [*lines, *([(text, PLAIN)] for text in notes)]


def _blocks(entries, room, row, shown):
    """Returns the lines of each group of rows that the same separates."""
    blocks = []
    for paper, several in groupby(entries, lambda entry: entry.paper):
        groups, idle = {}, []
        for entry in several:
            if entry.line.run:
                groups.setdefault((entry.split, _apart(entry)), []).append(entry)
            else:
                idle.append(entry.title)
        for (split, apart), of_group in groups.items():
            name = f"{paper}, split {split}" if split else paper
            lines = _wrapped(f"{name}: ", apart, room, HEADING)
            for entry in of_group:
                lines += row(entry.title, [entry.values[n] for n in shown])
            blocks.append(lines)
        if idle:
            name = f"{paper}, not run on whole scans: "
            blocks.append(_wrapped(name, idle, room, PLAIN))
    return blocks


def _wrapped(name, parts, room, style):
    """Returns the lines of some parts, which are broken between them only."""
    whole = "; ".join(part.replace(" ", _SPACE) for part in parts)
    lines = textwrap.wrap(name + whole, room, subsequent_indent=_INDENT)
    return [(line.replace(_SPACE, " "), style) for line in lines]


def _apart(entry):
    """Returns what separates a row from the published one, each in few words."""
    line = entry.line
    found = line.separating(line.run, entry.budget)
    found = [text.removeprefix("data ") for text in found]
    if line.beside:
        found.append(f"beside {line.beside.partition(':')[0]}")
    return (f"n = {line.run.n_cases}", *found)


def _beside(head, blocks, room):
    """Returns the blocks in two columns that are as equal in height as can be."""
    heights = [len(block) for block in blocks]
    first = min(
        range(1, len(blocks) + 1),
        key=lambda n: max(sum(heights[:n]), sum(heights[n:])),
    )
    columns = [
        [*head, *(line for block in part for line in block)]
        for part in (blocks[:first], blocks[first:])
        if part
    ]
    if len(columns) == 1:
        return [[line] for line in columns[0]]
    left, right = columns
    lines = []
    for n in range(max(len(left), len(right))):
        text, style = left[n] if n < len(left) else ("", PLAIN)
        pair = [(f"{text:{room}}{_BETWEEN}", style)]
        lines.append([*pair, right[n]] if n < len(right) else pair)
    return lines
