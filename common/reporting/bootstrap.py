"""One number and its uncertainty from the cases of several folds and seeds."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

REPLICATES = 1000
MIN_CASES = 5  # with fewer, resampling gives their range, not a 95 % interval
_KEY = 20201  # any fixed number, so that every call gives the same interval


@dataclass(frozen=True)
class Estimate:
    """A score, its 95 % interval over cases and its deviation over seeds.

    Args:
        value: mean over folds of the mean over seeds.
        ci_low: 2.5 % quantile of the bootstrap replicates.
        ci_high: 97.5 % quantile.
        sd_seeds: standard deviation over the seeds that have every fold, NaN
            with fewer than two.
    """

    value: float
    ci_low: float
    ci_high: float
    sd_seeds: float


@lru_cache(maxsize=16)  # every method and column uses the same few folds
def resampling(fold, count):
    """Draws how often each case of a fold occurs in each resampling.

    Args:
        fold: the fold's number; together with `count` it determines the draw.
        count: number of cases.

    Returns:
        A read-only float array `(REPLICATES, count)` whose rows sum to `count`.
    """
    random = np.random.Generator(np.random.Philox(key=_KEY, counter=(0, fold, 0, 0)))
    drawn = random.integers(count, size=(REPLICATES, count))
    # Each replicate counts in its own block of `count` bins.
    drawn += np.arange(REPLICATES)[:, np.newaxis] * count
    weights = np.bincount(drawn.ravel(), minlength=REPLICATES * count)
    weights = weights.reshape(REPLICATES, count).astype(np.float64)
    weights.flags.writeable = False
    return weights


def parts_of(cases, name):
    """Yields each value of a column with its rows, without the cost of `groupby`.

    Args:
        cases: a `DataFrame`.
        name: the column, `"fold"` or `"seed"`.
    """
    values = cases[name].to_numpy()
    different = np.unique(values)
    for value in different:
        yield value, cases if len(different) == 1 else cases[values == value]


def estimate(aggregate, cases):
    """Estimates a score from the cases of one method.

    Cases are resampled within each fold, and every seed of a fold uses the same
    resampling. Slices of one patient are resampled independently; if a patient
    has many, the interval therefore does not extend to other patients.

    Args:
        aggregate: such as `Mean("dice")`.
        cases: a `DataFrame` with the columns `fold, seed, case` and those that
            the aggregate reads; no case twice in one fold and seed.

    Returns:
        An `Estimate`. The interval is NaN if a fold has fewer cases than
        `MIN_CASES`.
    """
    by_fold, by_seed = [], {}
    smallest = np.inf
    for fold, of_fold in parts_of(cases, "fold"):
        names = np.unique(of_fold["case"])
        smallest = min(smallest, len(names))
        # The first row is not a resampling: it has every case once.
        weights = np.vstack([np.ones(len(names)), resampling(fold, len(names))])
        runs = []
        for seed, run in parts_of(of_fold, "seed"):
            positions = np.searchsorted(names, run["case"])
            runs.append(aggregate(run, weights[:, positions]))
            by_seed.setdefault(seed, []).append(runs[-1][0])
        by_fold.append(np.mean(runs, axis=0))
    values = np.mean(by_fold, axis=0)

    replicates = values[1:][~np.isnan(values[1:])]
    if smallest < MIN_CASES or replicates.size == 0:
        low = high = np.nan
    else:
        low, high = np.quantile(replicates, [0.025, 0.975])
    complete = [
        np.mean(folds) for folds in by_seed.values() if len(folds) == len(by_fold)
    ]
    deviation = np.std(complete, ddof=1) if len(complete) > 1 else np.nan
    return Estimate(float(values[0]), float(low), float(high), float(deviation))
