"""The check of one BraTS case: geometry, and images without content."""

import shutil
from collections import Counter

import nibabel
import numpy as np
import pytest
from scipy.stats import rankdata

from data.brats.check import check_brats
from data.brats.releases import MODALITIES
from data.phantom.brats.write import write_phantom
from tests.data.brats.faults import CASE, SHAPE, change, file, only


@pytest.fixture(scope="module")
def phantom(tmp_path_factory):
    """A small phantom; not to be changed."""
    root = tmp_path_factory.mktemp("phantoms") / "brats17"
    write_phantom(root, "brats17", hgg=2, lgg=1, shape=SHAPE)
    return root


@pytest.fixture
def root(phantom, tmp_path):
    """A copy of the phantom, to be changed at will."""
    return shutil.copytree(phantom, tmp_path / "copy")


@pytest.mark.parametrize("role", ["flair", "t2", "seg"])
def test_shape_mismatch(root, role):
    change(file(root, role), lambda array: array[:, :, :-1])
    found = only(root, "shape-mismatch", "error")
    assert found.file == str(file(root, role)) and "(15, 48, 48)" in found.found


@pytest.mark.parametrize("role", ["flair", "seg"])
def test_flipped_affine(root, role):
    flipped = np.diag([1.0, 1.0, 1.0, 1.0])
    change(file(root, role), affine=flipped)
    found = only(root, "affine-mismatch", "error")
    assert found.file == str(file(root, role)) and "axes" in found.found


@pytest.mark.parametrize("scale", [1.002, 1.5])
def test_other_spacing(root, scale):
    affine = nibabel.load(file(root, "t1")).affine
    affine[2, 2] *= scale
    change(file(root, "t1"), affine=affine)
    assert only(root, "affine-mismatch", "error").file == str(file(root, "t1"))


def test_turned_case(root):
    for role in (*MODALITIES, "seg"):
        image = nibabel.as_closest_canonical(nibabel.load(file(root, role)))
        nibabel.save(image, file(root, role))
    found = only(root, "orientation", "error")
    assert "received RAS" in found.found and "LPS" in found.fix
    assert found.file == str(file(root, "t1").parent)


def test_no_swap_is_suspected_because_of_misplaced_labels(root):
    """Tumor where T1 is bright and T1ce is not: a swap, if the labels were in place."""
    t1, t1ce, label = (nibabel.load(file(root, r)) for r in ("t1", "t1ce", "seg"))
    images = [np.asarray(image.dataobj) for image in (t1, t1ce)]
    first, second = (rankdata(image).reshape(image.shape) for image in images)
    bright = np.where(images[0] == 0, -np.inf, first - second)
    values = np.asarray(label.dataobj).copy()
    values[values == 4] = 1
    values[bright >= np.sort(bright, None)[-400]] = 4
    moved = label.affine.copy()
    for shift, codes in ((0, {"swapped-modality"}), (9, {"affine-mismatch"})):
        moved[0, 3] += shift
        nibabel.save(nibabel.Nifti1Image(values, moved), file(root, "seg"))
        assert {found.code for found in check_brats(root)} == {"coverage"} | codes


def test_shifted_origin(root):
    affine = nibabel.load(file(root, "t1")).affine
    affine[2, 3] += 5
    change(file(root, "t1"), affine=affine)
    assert "origin" in only(root, "affine-mismatch", "warning").found


def test_unusual_spacing(root):
    for role in (*MODALITIES, "seg"):
        change(file(root, role), affine=np.diag([-1.0, -1.0, 3.0, 1.0]))
    found = only(root, "unusual-grid", "note").found
    assert "Brats17_2013_0_1:" in found and "(3.0, 1.0, 1.0)" in found


def test_empty_brain(root):
    change(file(root, "t1"), np.zeros_like)
    assert only(root, "empty-brain", "error")


def test_empty_case(root):
    """Two cases without any image are not copies of each other, either."""
    cases = (CASE, "LGG/Brats17_2013_1_1/Brats17_2013_1_1")
    for case in cases:
        file(root, "seg", case).unlink()
        for role in MODALITIES:
            change(file(root, role, case), np.zeros_like)
    codes = Counter(found.code for found in check_brats(root))
    assert codes == {"empty-brain": 8, "missing-label": 2, "coverage": 1}


def test_constant_modality(root):
    change(file(root, "t1"), lambda array: np.where(array > 0, 7, 0).astype(np.int16))
    assert "is 7" in only(root, "constant-modality", "error").found


def test_constant_everywhere(root):
    change(file(root, "t1"), lambda array: np.full_like(array, 7))
    allowed = {"brain-mismatch", "background"}
    assert only(root, "constant-modality", "error", allowed)


def test_negative_intensity(root):
    def normalize(array):
        inside = array > 0
        mean, std = array[inside].mean(), array[inside].std()
        return np.where(inside, (array - mean) / std, 0).astype(np.float32)

    change(file(root, "t1"), normalize)
    assert only(root, "negative-intensity", "note")


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
def test_copies_of_a_case_as_another_type(root, dtype):
    """As exported by other tools, which store integers in what type they like."""
    source = file(root, "t1").parent
    copy = source.with_name("Brats17_CBICA_AAX_1")
    copy.mkdir()
    for path in source.iterdir():
        image = nibabel.load(path)
        array = np.asarray(image.dataobj).astype(dtype)
        name = path.name.replace(source.name, copy.name)
        nibabel.save(nibabel.Nifti1Image(array, image.affine), copy / name)
    (found,) = [f for f in check_brats(root) if f.code == "duplicate-image"]
    assert found.severity == "error"
    assert "Brats17_2013_0_1, Brats17_CBICA_AAX_1" in found.found


def test_one_modality_under_two_names_as_another_type(root):
    image = nibabel.load(file(root, "t1"))
    array = np.asarray(image.dataobj).astype(np.float32)
    nibabel.save(nibabel.Nifti1Image(array, image.affine), file(root, "t2"))
    allowed = {"swapped-modality"}
    assert "t2 and t1" in only(root, "same-modality", "error", allowed).found
