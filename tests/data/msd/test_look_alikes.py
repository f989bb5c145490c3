"""Cases that look alike: a second exam is found, other patients are not."""

import nibabel
import numpy as np
import pytest
from scipy.ndimage import rotate, shift

from data.brats.releases import MODALITIES
from data.msd.look_alikes import ALIKE, find_look_alikes, portrait
from data.phantom.brats.case import draw_case

SPACING = (2.0, 2.0, 2.0)
T2 = MODALITIES.index("t2")


def other_exam(image, seed):
    """The same head, registered again, with another bias, contrast and noise."""
    rng = np.random.default_rng(seed)
    turned = rotate(image, rng.uniform(-1.5, 1.5), axes=(1, 2), reshape=False, order=1)
    moved = shift(turned, rng.uniform(-0.75, 0.75, 3), order=1)
    bias = np.linspace(0.85, 1.2, len(image))[:, None, None]
    changed = moved ** rng.uniform(0.85, 1.2) * bias * rng.normal(1, 0.08, image.shape)
    return np.where(moved >= 1, np.maximum(changed, 1e-3), 0)


@pytest.fixture(scope="module")
def brains():
    """T2 images of four phantoms in voxels of 2 mm."""
    drawn = (draw_case(5, 0, index, (78, 120, 120), True)[0] for index in range(4))
    return [images["t2"].astype(np.float32) for images in drawn]


def test_a_second_exam_of_a_phantom_is_found(brains):
    exams = {f"{n}": portrait(brain, SPACING) for n, brain in enumerate(brains)}
    exams["again"] = portrait(other_exam(brains[2], 1), SPACING)
    first = find_look_alikes(exams)[0]
    assert set(first[:2]) == {"2", "again"} and first[2] > ALIKE


def test_scale_and_background_do_not_matter(brains):
    one = portrait(brains[0], SPACING).astype(np.float64)
    other = portrait(brains[0] * 7, SPACING).astype(np.float64)
    assert one @ other == pytest.approx(1, abs=1e-2)


def test_real_patients_differ_and_their_second_exams_do_not(shared_data):
    folders = sorted((shared_data / "brats" / "half2mm" / "HGG").iterdir())[:8]
    paths = [folder / f"{folder.name}_t2.nii.gz" for folder in folders]
    images = [np.asarray(nibabel.load(path).dataobj).T for path in paths]
    images = [image.astype(np.float32) for image in images]
    exams = {str(n): portrait(image, SPACING) for n, image in enumerate(images)}
    assert find_look_alikes(exams) == []
    for number in (0, 5):
        exams[f"{number} again"] = portrait(other_exam(images[number], 1), SPACING)
    found = {frozenset(pair[:2]) for pair in find_look_alikes(exams)}
    assert found == {frozenset({"0", "0 again"}), frozenset({"5", "5 again"})}


def test_what_shows_no_whole_brain_has_no_portrait():
    assert portrait(np.ones((16, 48, 48)), (1, 1, 1)) is None
    assert portrait(np.ones((60, 60, 60)), SPACING) is None
    broken = np.random.default_rng(0).normal(size=(60, 60, 60))
    broken[0, 0, 0] = np.nan
    assert portrait(broken, SPACING) is None
    assert find_look_alikes({"a": None, "b": None}) == []
