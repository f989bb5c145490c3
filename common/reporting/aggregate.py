"""How the rows of single cases become one number: the averaging conventions.

An aggregate is called with the cases of one run (one fold, one seed) and a
matrix of weights with one row per resampling of the cases, so that the same few
lines give the plain value (all weights one) and its bootstrap replicates.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from common.metrics.overlap import Counts


@dataclass(frozen=True)
class Mean:
    """Mean of a per-case score over the cases where it is defined.

    A score that the convention leaves undefined is NaN. It is left out of the
    mean and counted separately.

    Args:
        key: the column of the score.
        prefix: prefix of the columns `tp, fp, fn, tn` of the same region, such
            as `"wt_"`.
        parts: such prefixes of several regions, if the score is itself their mean.

    Call arguments: `cases`, a `DataFrame` of n rows, and `weights`,
    `(resamplings, n)`. Returns `(resamplings,)`, NaN where nothing is defined.
    """

    key: str
    prefix: str = ""
    parts: tuple[str, ...] = ()

    @property
    def columns(self):
        """The columns of the cases that are read."""
        return [self.key]

    def __call__(self, cases, weights):
        scores = cases[self.key].to_numpy(np.float64)
        defined = ~np.isnan(scores)
        total = weights @ np.where(defined, scores, 0.0)
        with np.errstate(invalid="ignore"):  # 0 / 0: nothing is defined
            return total / (weights @ defined.astype(np.float64))

    def undefined(self, cases):
        """Marks the cases that the mean leaves out."""
        return cases[self.key].isna()


@dataclass(frozen=True)
class Pooled:
    """A score of counts that are summed over all cases first.

    Args:
        score: a function of tp, fp, fn and tn, such as `overlap.mean_iou`.
        prefix: prefix of the columns `tp, fp, fn, tn`, such as `"wt_"`.

    Call arguments: those of `Mean`.
    """

    score: Callable[..., np.ndarray]
    prefix: str = ""

    @property
    def columns(self):
        """The columns of the cases that are read."""
        return [f"{self.prefix}{name}" for name in Counts._fields]

    def __call__(self, cases, weights):
        counts = cases[self.columns].to_numpy(np.float64)
        return self.score(*(weights @ counts).T)

    def undefined(self, cases):
        """Marks no case: counts are always defined."""
        return cases["case"].isna()
