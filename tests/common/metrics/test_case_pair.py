"""One case's pair of volumes: what is shared, and where it lies."""

import numpy as np
import pytest

from common.metrics import CasePair, boundary_scores, score_case, surface_distances
from common.metrics.case_scores import score_pair
from common.metrics.surface import RULES


def volumes():
    """Returns a prediction and a truth of all regions, away from the origin."""
    truth = np.zeros((20, 24, 28), np.uint8)
    truth[5:14, 6:16, 7:18] = 2
    truth[7:11, 8:13, 9:14] = 4
    truth[8:10, 9:11, 10:12] = 1
    prediction = np.roll(truth, (1, -1, 2), (0, 1, 2))
    prediction[18, 22, 26] = 2
    return prediction, truth


def test_a_pair_scores_what_the_volumes_do():
    pair = CasePair(*volumes(), (2, 1, 0.5))
    for rule in RULES:
        name = f"{rule}/brats"
        assert score_pair(pair, name) == score_case(
            *volumes(), (2, 1, 0.5), convention=name
        )


@pytest.mark.parametrize("rule", RULES)
def test_distances_are_those_of_the_whole_masks(rule):
    pair = CasePair(*volumes(), (2, 1, 0.5))
    masks = [volume == 4 for volume in volumes()]
    expected = surface_distances(*masks, (2, 1, 0.5), rule)
    found = pair.distances("et", rule)
    assert found.rule == rule
    np.testing.assert_array_equal(found.to_truth, expected.to_truth)
    assert found.hausdorff(95) == expected.hausdorff(95)


def test_surfaces_and_distances_are_found_once(monkeypatch):
    calls = []
    for name in ("surface_of", "distances_between"):
        real = getattr(__import__("common.metrics.case_pair", fromlist=[name]), name)

        def counted(*arguments, real=real, name=name):
            calls.append(name)
            return real(*arguments)

        monkeypatch.setattr(f"common.metrics.case_pair.{name}", counted)
    pair = CasePair(*volumes(), (1, 1, 1), {"wt": (1, 2, 3, 4)})
    for rule in ("border-max", "pooled"):
        score_pair(pair, f"{rule}/brats")
        boundary_scores(pair, f"{rule}/brats")
    assert sorted(calls) == ["distances_between", "surface_of", "surface_of"]


def test_boxes_lie_where_the_region_is():
    prediction, truth = volumes()
    pair = CasePair(prediction, truth, (1, 1, 1))
    for name, values in (("wt", (1, 2, 4)), ("et", (4,))):
        predicted, true, origin = pair.boxed(name)
        for found, volume in ((predicted, prediction), (true, truth)):
            whole = np.zeros(truth.shape, bool)
            whole[
                tuple(
                    slice(at, at + n) for at, n in zip(origin, found.shape, strict=True)
                )
            ] = found
            np.testing.assert_array_equal(whole, np.isin(volume, values))


def test_a_resection_cavity_is_a_region_of_its_own_and_no_tumor():
    truth = np.zeros((3, 6, 6), np.uint8)
    truth[:, :2], truth[:, 4:] = 4, 5
    pair = CasePair(truth, truth, (1, 1, 1), {"wt": (1, 2, 3, 4), "rc": (5,)})
    assert pair.counts("wt").tp == pair.counts("rc").tp == 36
