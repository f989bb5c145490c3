"""Aggregates and intervals against slow loops that resample row by row."""

import numpy as np
import pandas as pd
import pytest

from common.metrics import overlap
from common.reporting.aggregate import Mean, Pooled
from common.reporting.bootstrap import (
    MIN_CASES,
    REPLICATES,
    estimate,
    resampling,
)

AGGREGATES = {
    "mean": Mean("dice"),
    "pooled dice": Pooled(overlap.dice),
    "pooled mean iou": Pooled(overlap.mean_iou),
}


def score_of_rows(name, rows):
    """One score of a list of dicts, one row after another."""
    if name == "mean":
        values = [row["dice"] for row in rows if row["dice"] == row["dice"]]
        return sum(values) / len(values) if values else float("nan")
    tp, fp, fn, tn = (sum(row[key] for row in rows) for key in ("tp", "fp", "fn", "tn"))
    if name == "pooled dice":
        return 2 * tp / (2 * tp + fp + fn)
    return (tp / (tp + fp + fn) + tn / (tn + fp + fn)) / 2


def slow_estimate(name, cases):
    """Mean over folds of the mean over seeds, every resampling spelled out."""
    rows = cases.to_dict("records")
    folds, seeds = ({row[key] for row in rows} for key in ("fold", "seed"))
    runs = {
        (fold, seed): [
            row for row in rows if (row["fold"], row["seed"]) == (fold, seed)
        ]
        for fold in folds
        for seed in seeds
    }
    names = {f: sorted({r["case"] for s in seeds for r in runs[f, s]}) for f in folds}
    samples = []
    for replicate in range(-1, REPLICATES):
        by_fold = []
        for fold in folds:
            times = [1] * len(names[fold])
            if replicate >= 0:
                times = resampling(fold, len(names[fold]))[replicate].astype(int)
            by_seed = []
            for seed in seeds:
                drawn = []
                for row in runs[fold, seed]:
                    drawn += [row] * times[names[fold].index(row["case"])]
                by_seed.append(score_of_rows(name, drawn))
            by_fold.append(sum(by_seed) / len(by_seed))
        samples.append(sum(by_fold) / len(by_fold))
    return samples[0], *np.nanpercentile(samples[1:], [2.5, 97.5])


@pytest.mark.parametrize("name", AGGREGATES)
def test_value_and_interval_equal_the_slow_way(name, make_run):
    cases = pd.concat([make_run(fold=fold, seed=s) for fold in (0, 1) for s in (0, 3)])
    cases.loc[cases["case"] == "004", "dice"] = np.nan
    # The order of rows must not matter.
    shuffled = cases.sample(frac=1, random_state=0)
    found = estimate(AGGREGATES[name], shuffled)
    expected = slow_estimate(name, cases)
    np.testing.assert_allclose(
        [found.value, found.ci_low, found.ci_high], expected, rtol=1e-12
    )
    assert found.ci_low < found.value < found.ci_high


def test_resampling_draws_with_replacement_and_evenly():
    weights = resampling(fold=2, count=40)
    assert weights.shape == (REPLICATES, 40)
    assert (weights.sum(axis=1) == 40).all()
    # Every case's weight is binomial with mean 1 and variance 39/40.
    np.testing.assert_allclose(weights.mean(axis=0), 1, atol=5 / REPLICATES**0.5)
    assert weights.var() == pytest.approx(39 / 40, rel=0.05)


def test_resampling_is_fixed_and_differs_between_folds():
    first = resampling(0, 30).copy()
    resampling.cache_clear()
    np.testing.assert_array_equal(resampling(0, 30), first)
    assert (resampling(1, 30) != first).any()


def test_interval_covers_the_truth_about_as_often_as_it_says(make_run):
    random = np.random.default_rng(0)
    covered = 0
    for _ in range(200):
        cases = make_run(n=40).assign(dice=random.normal(0.7, 0.1, 40))
        found = estimate(Mean("dice"), cases)
        covered += found.ci_low <= 0.7 <= found.ci_high
    assert 0.88 <= covered / 200 <= 0.99


def test_deviation_is_over_the_seeds_that_have_every_fold(make_run):
    scores = {(0, 0): 0.5, (1, 0): 0.7, (0, 1): 0.6, (1, 1): 1.0, (0, 2): 0.1}
    cases = pd.concat(
        make_run(fold=fold, seed=seed).assign(dice=score)
        for (fold, seed), score in scores.items()
    )
    found = estimate(Mean("dice"), cases)
    assert found.value == pytest.approx((0.4 + 0.85) / 2)
    assert found.sd_seeds == pytest.approx(np.std([0.6, 0.8], ddof=1))


def test_one_seed_has_no_deviation_and_few_cases_no_interval(make_run):
    for n in (1, MIN_CASES - 1):
        found = estimate(Mean("dice"), make_run(n=n).assign(dice=0.4))
        assert found.value == pytest.approx(0.4)
        assert np.isnan([found.ci_low, found.ci_high, found.sd_seeds]).all()
    found = estimate(Mean("dice"), make_run(n=MIN_CASES))
    assert found.ci_low < found.value < found.ci_high


def test_a_score_defined_nowhere_is_nan(make_run):
    found = estimate(Mean("dice"), make_run().assign(dice=np.nan))
    assert np.isnan([found.value, found.ci_low, found.ci_high]).all()


def test_undefined_cases_are_marked(make_run):
    cases = make_run(n=3).assign(dice=[0.1, np.nan, 0.5])
    assert Mean("dice").undefined(cases).tolist() == [False, True, False]
    assert not Pooled(overlap.dice).undefined(cases).any()


def test_a_region_reads_its_own_columns(make_run):
    cases = make_run()
    cases = cases.rename(columns={key: f"wt_{key}" for key in ("tp", "fp", "fn", "tn")})
    one = np.ones((1, len(cases)))
    expected = score_of_rows("pooled dice", make_run().to_dict("records"))
    assert Pooled(overlap.dice, "wt_")(cases, one) == pytest.approx(expected)
