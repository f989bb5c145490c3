"""Two methods on the same held-out cases: difference, interval and a test."""

from dataclasses import dataclass

import numpy as np

from common.reporting.bootstrap import MIN_CASES, resampling
from common.reporting.cells import GROUP
from common.reporting.empty_truth import prefixes_of, selections
from common.reporting.order import groups_of


@dataclass(frozen=True)
class Paired:
    """A paired comparison of two methods.

    Args:
        first: id of the baseline method.
        second: id of the other method; differences are second minus first.
        columns: `common.reporting.table.Column`s whose aggregate is a `Mean`.
        min_cases: number of patients that an interval needs; with fewer it is NaN.
    """

    first: str
    second: str
    columns: tuple
    min_cases: int = MIN_CASES

    def __call__(self, cases):
        """Compares the two methods in every group in which both were run.

        Each patient counts once, with the mean over its cases, folds and seeds that
        both methods have scored and for which the score is defined.

        Args:
            cases: as `common.reporting.cases.read_cases` returns them.

        Returns:
            A `DataFrame` with one row per group (`GROUP`), column and selection of
            cases (`common.reporting.empty_truth`): both means,
            their difference with its 95 % interval from 1000 resamplings of the
            patients (NaN with fewer than `min_cases`), Wilcoxon's two-sided
            signed-rank p, and the numbers of patients and cases.
        """
        import pandas as pd

        lines = []
        ran = cases.loc[cases["status"] == "ok", self._used(cases)]
        for group, of_group in groups_of(ran, GROUP):
            parts = [of_group[of_group["method"] == m] for m in self._methods]
            if any(part.empty for part in parts):
                continue
            same = dict(zip(GROUP, group, strict=True))
            first, second = parts
            lines += [
                same | self._compare(column, first[kept], second) | {"cases": name}
                for column in self.columns
                for name, kept in selections(column, first)
            ]
        return pd.DataFrame(lines, columns=[*GROUP, *_COLUMNS])

    @property
    def _methods(self):
        return self.first, self.second

    def _used(self, cases):
        """Returns the columns that are needed: of a hundred, picking rows is slow."""
        names = [*GROUP, "method", *_ON]
        for column in self.columns:
            names.append(column.aggregate.key)
            parts = prefixes_of(column.aggregate)
            names += [f"{part}{count}" for part in parts for count in ("tp", "fn")]
        return [name for name in dict.fromkeys(names) if name in cases]

    def _compare(self, column, first, second):
        key = column.aggregate.key
        both = first[[*_ON, key]].merge(second[[*_ON, key]], on=_ON)
        both = both.dropna(subset=[f"{key}_x", f"{key}_y"])
        # If no patient is known, each case counts as one.
        unit = both["patient"].where(both["patient"] != "", both["case"])
        by_unit = both[[f"{key}_x", f"{key}_y"]].groupby(unit).mean()
        means = by_unit.mean()
        difference = (by_unit[f"{key}_y"] - by_unit[f"{key}_x"]).to_numpy()
        low = high = np.nan
        if len(difference) >= self.min_cases:
            weights = resampling(0, len(difference))
            replicates = weights @ difference / len(difference)
            low, high = np.quantile(replicates, [0.025, 0.975])
        return {
            "first": self.first,
            "second": self.second,
            "column": column.key,
            "mean_first": means[f"{key}_x"],
            "mean_second": means[f"{key}_y"],
            "difference": difference.mean() if len(difference) else np.nan,
            "ci_low": low,
            "ci_high": high,
            "p_wilcoxon": signed_rank(difference),
            "n_patients": len(difference),
            "n_cases": both[["fold", "case"]].drop_duplicates().shape[0],
            "folds": _names(both["fold"]),
            "seeds": _names(both["seed"]),
            # Replaces the part of the column's convention that names its mean.
            "convention": "; ".join([_MEAN, *column.convention.split("; ")[1:]]),
        }


_ON = ["fold", "seed", "case", "patient"]
_MEAN = "mean over patients, each with the mean over its cases"
_COLUMNS = [
    "first",
    "second",
    "column",
    "cases",
    "mean_first",
    "mean_second",
    "difference",
]
_COLUMNS += ["ci_low", "ci_high", "p_wilcoxon", "n_patients", "n_cases", "folds"]
_COLUMNS += ["seeds", "convention"]


def signed_rank(differences):
    """Returns Wilcoxon's two-sided p of differences; 1 if all of them are 0."""
    from scipy import stats

    differences = np.asarray(differences, np.float64)
    if not differences.any():
        return 1.0 if len(differences) else np.nan
    return float(stats.wilcoxon(differences).pvalue)


def _names(values):
    return " ".join(str(value) for value in sorted(values.unique()))
