"""Scores of a case are in the millimeters of its own grid."""

from types import SimpleNamespace

import numpy as np
import pytest

from papers.engine.brats.volume_experiment import VolumeExperiment

SPACING = {0: 4.0, 1: 2.0, 2: 1.5}  # mm along depth, height and width


class Experiment(VolumeExperiment):
    """One that only scores."""

    convention = "border-max/brats"
    build = loss = optimizer = stream = validation = segmentation = None


@pytest.mark.parametrize("axis", SPACING)
def test_distances_are_in_millimeters_of_the_case(axis):
    shape = (5, 6, 7)
    truth, found = np.zeros((2, *shape), np.uint8)
    place = [1, 1, 1]
    truth[tuple(place)] = 4
    place[axis] += 3
    found[tuple(place)] = 4
    # An affine is in the order (x, y, z); x and y grow to the left and back.
    affine = np.diag([-SPACING[2], -SPACING[1], SPACING[0], 1.0])
    cache = SimpleNamespace(
        info=lambda case: SimpleNamespace(shape=shape, affine=affine)
    )
    dataset = SimpleNamespace(
        read_labels=lambda case: truth, read_prediction=lambda case, path: found
    )
    one = Experiment(None, None, cache, None, 0, dataset=dataset)
    row = one.score(SimpleNamespace(id="a"), "a.nii.gz")
    assert row["et_hd95"] == row["wt_hd"] == pytest.approx(3 * SPACING[axis])
