"""The scores that single cases have: their names, and the boxes of many cases."""

import re
from dataclasses import dataclass

import numpy as np

from common.reporting.aggregate import Mean
from common.reporting.bootstrap import MIN_CASES

_REGION = re.compile(r"(.+) \((.+)\)")


@dataclass(frozen=True)
class Score:
    """A score of single cases.

    Args:
        key: its column in `cases.csv`, such as `"wt_dice"`.
        label: its name for readers, such as `"Dice (whole tumor)"`.
    """

    key: str
    label: str

    @property
    def metric(self):
        """The name without the region."""
        found = _REGION.fullmatch(self.label)
        return found[1] if found else self.label

    @property
    def region(self):
        """The region, or `""` if there is only one."""
        found = _REGION.fullmatch(self.label)
        return found[2] if found else ""


def scores_of(tables):
    """Returns the `Score`s whose means a paper's tables show, each once.

    Args:
        tables: the paper's `common.reporting.table.Table`s.
    """
    found = {}
    for table in tables:
        for column in table.columns:
            if isinstance(column.aggregate, Mean):
                key = column.aggregate.key
                found.setdefault(key, Score(key, column.label))
    return list(found.values())


def box_of(values):
    """Returns the box of some scores, or None where they are too few for one.

    Args:
        values: an array of float; those that are NaN are left out.

    Returns:
        A dict: quartiles `q1`, `median` and `q3`, whiskers `low` and `high` (the last
        cases within 1.5 times the height of the box), `mean`.
    """
    from matplotlib.cbook import boxplot_stats

    values = np.asarray(values, np.float64)
    values = values[~np.isnan(values)]
    if len(values) < MIN_CASES:
        return None
    (found,) = boxplot_stats(values)
    names = {"q1": "q1", "median": "med", "q3": "q3", "mean": "mean"}
    names |= {"low": "whislo", "high": "whishi"}
    return {name: float(found[theirs]) for name, theirs in names.items()}
