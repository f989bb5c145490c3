"""Axes and boxes of the report's plots against numbers worked out apart."""

import math

import numpy as np
import pytest

from papers import registry
from papers.engine.report import Axis, scores_of
from papers.engine.report.scores import box_of


def test_ticks_are_round_and_at_their_places():
    axis = Axis([0.2, 0.95, math.nan])
    places = [at for at, _ in axis.ticks]
    labels = [float(label) for _, label in axis.ticks]
    assert labels == pytest.approx([0.2, 0.4, 0.6, 0.8])
    slope = (places[-1] - places[0]) / (labels[-1] - labels[0])
    for at, label in zip(places, labels, strict=True):
        assert at == pytest.approx(places[0] + slope * (label - labels[0]), abs=0.02)
        assert axis.at(label) == pytest.approx(at)
    assert 0 <= axis.at(0.2) < axis.at(0.95) <= 100
    assert axis.at(math.nan) is None


@pytest.mark.parametrize("values", [[], [0.3], [math.nan], [1e-9, 2e-9], [0, 500]])
def test_any_numbers_have_an_axis(values):
    axis = Axis(values)
    assert axis.ticks
    assert all(0 <= axis.at(v) <= 100 for v in values if math.isfinite(v))


def test_an_axis_of_differences_holds_zero():
    assert 0 <= Axis([0.2, 0.3], zero=True).at(0) < 50


def test_box_is_that_of_numpys_quantiles():
    values = np.r_[np.random.default_rng(1).normal(0.8, 0.05, 99), 0.1, math.nan]
    box = box_of(values)
    defined = values[:-1]
    q1, median, q3 = np.quantile(defined, [0.25, 0.5, 0.75])
    assert [box["q1"], box["median"], box["q3"]] == pytest.approx([q1, median, q3])
    assert box["mean"] == pytest.approx(defined.mean())
    within = defined[defined >= q1 - 1.5 * (q3 - q1)]
    assert box["low"] == pytest.approx(within.min()) and box["low"] > 0.1


def test_few_cases_have_no_box():
    assert box_of([0.1, 0.2, 0.3, 0.4, math.nan]) is None


def test_scores_of_a_paper_have_their_regions():
    scores = {score.key: score for score in scores_of(registry.paper("cunet").tables)}
    assert (scores["wt_dice"].metric, scores["wt_dice"].region) == (
        "Dice",
        "whole tumor",
    )
    assert len(scores) == len({score.key for score in scores.values()})
    pooled = scores_of(registry.paper("linkdsl").tables)
    assert "mean_iou" not in {score.key for score in pooled}, "of no single case"
