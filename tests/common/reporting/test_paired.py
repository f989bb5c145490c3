"""The paired comparison of two methods against plain NumPy and SciPy."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from common.reporting.aggregate import Mean
from common.reporting.paired import Paired, signed_rank
from common.reporting.table import Column

COLUMN = Column("dice", "Dice", Mean("dice"), "per case")
PAIRED = Paired("plain", "new", (COLUMN,))


def frame(method, scores, seed=0, fold=0, status="ok", budget="9 epochs"):
    """Rows of `{(patient, case): score}`."""
    same = {"method": method, "data": "brats", "coverage": "1/1", "fingerprint": "a"}
    same |= {"profile": "cpu", "budget": budget, "split": "patient", "status": status}
    rows = [
        same | {"fold": fold, "seed": seed, "case": c, "patient": p, "dice": value}
        for (p, c), value in scores.items()
    ]
    return pd.DataFrame(rows)


def test_a_patient_counts_once_with_the_mean_of_its_cases_and_seeds():
    keys = [("p1", "a"), ("p1", "b"), ("p2", "c"), ("p3", "d")]
    random = np.random.default_rng(0)
    values = random.random((2, 2, 4))  # method, seed, case
    frames = [
        frame(method, dict(zip(keys, values[m, seed], strict=True)), seed)
        for m, method in enumerate(("plain", "new"))
        for seed in (0, 1)
    ]
    (line,) = PAIRED(pd.concat(frames)).to_dict("records")
    by_case = values.mean(1)
    by_patient = np.stack([by_case[:, :2].mean(1), by_case[:, 2], by_case[:, 3]], 1)
    assert line["n_patients"] == 3 and line["n_cases"] == 4 and line["seeds"] == "0 1"
    assert line["mean_first"] == pytest.approx(by_patient[0].mean())
    assert line["mean_second"] == pytest.approx(by_patient[1].mean())
    difference = by_patient[1] - by_patient[0]
    assert line["difference"] == pytest.approx(difference.mean())
    assert line["p_wilcoxon"] == stats.wilcoxon(difference).pvalue


def test_interval_covers_as_often_as_it_says():
    random = np.random.default_rng(1)
    covered = 0
    for _ in range(200):
        plain, new = random.normal(0.5, 0.1, (2, 60))
        keys = [(str(i), str(i)) for i in range(60)]
        frames = [
            frame(name, dict(zip(keys, values, strict=True)))
            for name, values in (("plain", plain), ("new", new + 0.05))
        ]
        (line,) = PAIRED(pd.concat(frames)).to_dict("records")
        covered += line["ci_low"] <= 0.05 <= line["ci_high"]
    assert 180 <= covered <= 198


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_few_patients_have_no_interval(count):
    keys = [(str(i), str(i)) for i in range(count)]
    gains = np.linspace(0.1, 0.2, count)
    frames = [
        frame("plain", dict.fromkeys(keys, 0.5)),
        frame("new", dict(zip(keys, 0.5 + gains, strict=True))),
    ]
    (line,) = PAIRED(pd.concat(frames)).to_dict("records")
    assert line["difference"] == pytest.approx(gains.mean())
    if count < 5:
        assert np.isnan(line["ci_low"]) and np.isnan(line["ci_high"])
        few = dataclasses.replace(PAIRED, min_cases=count)
        assert few(pd.concat(frames))["ci_low"].notna().all()
    else:
        assert 0.1 < line["ci_low"] < gains.mean() < line["ci_high"] < 0.2


def test_only_what_both_have_scored():
    both = {("p1", "a"): 0.5, ("p2", "b"): 0.25}
    cases = pd.concat(
        [
            frame("plain", both | {("p3", "c"): 0.1, ("p4", "d"): np.nan}),
            frame("new", both | {("p4", "d"): 0.9}),
            frame("new", {("p3", "c"): 0.9}, status="failed: disk"),
            frame("new", both, budget="20 epochs"),  # alone in its group
        ]
    )
    (line,) = PAIRED(cases).to_dict("records")
    assert line["n_patients"] == 2 and line["budget"] == "9 epochs"
    assert line["difference"] == 0 and line["p_wilcoxon"] == 1


def test_nothing_to_compare_is_a_table_without_rows():
    found = PAIRED(frame("plain", {("p1", "a"): 0.5}))
    assert found.empty and "p_wilcoxon" in found
    assert np.isnan(signed_rank([]))
