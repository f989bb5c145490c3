"""The order of runs in every file of results: 2 epochs before 12 epochs."""

import re


def natural(text):
    """Returns a text that sorts by its numbers: `"2 epochs"` before `"12 epochs"`."""
    return re.sub(r"\d+", lambda number: number[0].zfill(12), text)


def groups_of(cases, names):
    """Returns the groups of rows that agree in some columns of text.

    Args:
        cases: a `DataFrame`.
        names: the columns.

    Returns:
        A list of `(values, rows)`, in the natural order of the values.
    """
    groups = list(cases.groupby(names))
    return sorted(groups, key=lambda group: [natural(value) for value in group[0]])
