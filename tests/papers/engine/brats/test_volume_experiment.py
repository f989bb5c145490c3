"""Scores of a case are in the millimeters of its own grid."""

from types import SimpleNamespace

import numpy as np
import pytest

from data.brats.dataset import BratsDataset
from data.phantom.brats.write import write_phantom
from papers.engine.brats.licenses import license_of
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


def test_a_report_shows_what_the_evaluation_has_kept(tmp_path):
    """Images, truth, labels and place of a case, all on its own grid."""
    write_phantom(tmp_path / "data", "brats17", hgg=1, lgg=0, shape=(16, 48, 48))
    dataset = BratsDataset(tmp_path / "data")
    (case,) = dataset
    one = Experiment(None, None, None, None, 0, dataset=dataset, folder=tmp_path)
    shown = one.case_images(case.id)
    assert list(shown.images) == ["flair", "t1", "t1ce", "t2"]
    np.testing.assert_array_equal(shown.truth, dataset.read_labels(case))
    assert shown.images["t2"].shape == shown.truth.shape == (16, 48, 48)
    assert shown.voxel_volume == pytest.approx(1e-3), "1 mm voxels, in mL"
    assert "phantom" in shown.license and shown.labels[4][0] == "enhancing tumor"
    found = np.roll(shown.truth, 1, axis=0)
    (tmp_path / "predictions").mkdir()
    dataset.write_prediction(case, found, tmp_path / f"predictions/{case.id}.nii.gz")
    ((case_id, labels),) = one.label_maps(None, [case.id])
    assert case_id == case.id and one.keeps_label_maps
    np.testing.assert_array_equal(labels, found)


@pytest.mark.parametrize(
    ("data", "case_id", "words"),
    [
        ("brats17", "Brats17_2013_10_1", "CC BY-NC-SA 3.0"),
        ("phantom-brats17", "Brats17_2013_10_1", "phantom"),
        ("brats17", "Brats17_TCIA_1_1", "Keep this page to yourself"),
        ("msd", "BRATS_001", "CC BY-SA 4.0"),
    ],
)
def test_the_license_of_an_image(data, case_id, words):
    assert words in license_of(data, case_id)
