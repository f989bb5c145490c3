"""Cases whose truth lacks a region, and what they do to a mean.

Such a case has no Dice: a rule gives one, such as 1 where nothing is predicted and 0
where anything is. A few of them can decide a mean, so whatever is computed from them
stands beside the same without them.
"""

import numpy as np

from common.reporting.bootstrap import parts_of

ALL, WITH_REGION = "all", "those with the region"
_NAMES = {"": "tumor", "wt_": "whole tumor", "tc_": "tumor core"}
_NAMES |= {"et_": "enhancing tumor"}


def empty_rule(column):
    """Returns the rule for empty regions in a column's convention, or `""`.

    Args:
        column: a `common.reporting.table.Column`.
    """
    words = column.convention.split("; ")
    return ", ".join(part for part in words if "empty" in part)


def prefixes_of(aggregate):
    """Returns the prefixes of the regions that an aggregate is a score of."""
    return getattr(aggregate, "parts", ()) or (aggregate.prefix,)


def lacks_region(aggregate, cases):
    """Marks the cases whose truth lacks a region of a score.

    Args:
        aggregate: such as `common.reporting.aggregate.Mean`.
        cases: rows of single cases.

    Returns:
        A boolean array, or None where the cases have no counts of the region.
    """
    counts = [[f"{prefix}tp", f"{prefix}fn"] for prefix in prefixes_of(aggregate)]
    if not all(name in cases for names in counts for name in names):
        return None
    return np.any([_pixels(cases, names) == 0 for names in counts], axis=0)


def _pixels(cases, names):
    """Returns the sum of some counts of each case, 0 where it has none."""
    return sum(np.nan_to_num(cases[name].to_numpy(np.float64)) for name in names)


def selections(column, cases):
    """Yields the selections of cases that a column is computed of.

    Args:
        column: a `common.reporting.table.Column`.
        cases: rows of single cases that did not fail.

    Yields:
        `(name, mask)`: all cases and, where the rule for empty regions decides some,
        the cases that have the region.
    """
    yield ALL, np.ones(len(cases), bool)
    lacking = lacks_region(column.aggregate, cases) if empty_rule(column) else None
    if lacking is not None and lacking.any():
        yield WITH_REGION, ~lacking


def empty_truth_notes(columns, cases, values):
    """Returns what the cases without a region do to the scores of one row.

    Args:
        columns: the `common.reporting.table.Column`s.
        cases: the row's cases.
        values: the columns' values over all cases.

    Returns:
        A dict from a column's key to a remark that it shares with the columns of the
        same region and rule. Columns that no such case changes are not in it.
    """
    groups = {}
    for column, value in zip(columns, values, strict=True):
        if np.isnan(value):
            continue
        for name, kept in selections(column, cases):
            if name == ALL:
                continue
            # Few of a hundred columns, since rows are picked many times.
            used = ["fold", "seed", *column.aggregate.columns]
            others = _value(column.aggregate, cases.loc[kept, used])
            if f"{others:.4f}" != f"{value:.4f}":
                key = prefixes_of(column.aggregate), column.convention
                groups.setdefault(key, []).append((column, kept, others))
    notes = {}
    for changed in groups.values():
        column, kept, _ = changed[0]
        note = f"{_count(cases, ~kept)} of {_count(cases)} cases have no "
        note += f"{_lacking(column.aggregate, cases)} ({empty_rule(column)})"
        scores = [f"{c.key} {score:.4f}" for c, _, score in changed if score == score]
        if scores:
            note += f", without them {', '.join(scores)}"
        notes |= {c.key: note for c, *_ in changed}
    return notes


def _count(cases, mask=slice(None)):
    return len(cases[["fold", "case"]][mask].drop_duplicates())


def _lacking(aggregate, cases):
    """Returns the names of those regions of a score that some cases lack."""
    names = [
        _NAMES.get(prefix, prefix)
        for prefix in prefixes_of(aggregate)
        if (_pixels(cases, (f"{prefix}tp", f"{prefix}fn")) == 0).any()
    ]
    return " or no ".join(names)


def _value(aggregate, cases):
    """Returns the mean over folds of the mean over seeds, as `estimate` does."""
    by_fold = []
    for _, fold in parts_of(cases, "fold"):
        runs = [
            aggregate(run, np.ones((1, len(run)))) for _, run in parts_of(fold, "seed")
        ]
        by_fold.append(np.mean(runs))
    return float(np.mean(by_fold)) if by_fold else np.nan
