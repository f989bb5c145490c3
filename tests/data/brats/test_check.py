"""The integrity check of BraTS: each fault gives its own finding."""

import itertools
import json
import shutil

import nibabel
import numpy as np
import pytest
import SimpleITK

from common.errors import UserError
from data.brats.check import check_brats
from data.brats.dataset import BratsDataset
from data.brats.releases import MODALITIES
from data.phantom.brats.write import write_phantom
from tests.data.brats.faults import CASE, SHAPE, change, file, only


@pytest.fixture(scope="module")
def phantoms(tmp_path_factory):
    """A small phantom of each release that the tests need; not to be changed."""
    folder = tmp_path_factory.mktemp("phantoms")
    for release in ("brats15", "brats17", "brats21", "brats23"):
        write_phantom(folder / release, release, hgg=2, lgg=1, shape=SHAPE)
    return folder


@pytest.fixture
def root(phantoms, tmp_path):
    """A copy of the BraTS 2017 phantom, to be changed at will."""
    return shutil.copytree(phantoms / "brats17", tmp_path / "copy")


@pytest.mark.parametrize("release", ["brats15", "brats17", "brats21", "brats23"])
def test_phantom_is_clean(phantoms, release):
    (found,) = check_brats(phantoms / release)
    assert (found.code, found.severity) == ("coverage", "note")
    expected = {"brats15": "2 of 2 HGG cases, 1 of 1 LGG", "brats21": "3 of 3 cases"}
    assert expected.get(release, "") in found.found


def test_dataset_has_the_check(root):
    file(root, "t2").unlink()
    dataset = BratsDataset(shutil.copytree(root / "LGG", root.parent / "rest/LGG"))
    assert {finding.severity for finding in dataset.check()} == {"note"}


def test_no_folder(tmp_path):
    with pytest.raises(UserError, match="no such folder"):
        check_brats(tmp_path / "absent")


def test_nothing_there(tmp_path):
    (found,) = check_brats(tmp_path)
    assert (found.code, found.severity) == ("layout", "error")


def test_two_releases(root, phantoms):
    shutil.copytree(phantoms / "brats21", root, dirs_exist_ok=True)
    (found,) = check_brats(root)
    assert found.code == "layout" and "brats21" in found.found


def test_damaged_phantom_json(root):
    (root / "phantom.json").write_text("{")
    (found,) = check_brats(root)
    assert found.code == "layout" and found.file.endswith("phantom.json")


def test_missing_modality(root):
    file(root, "t1ce").unlink()
    found = only(root, "missing-modality", "error")
    assert "Brats17_2013_0_1_t1ce.nii.gz" in found.found


def test_missing_label(root):
    file(root, "seg").unlink()
    assert "_seg.nii.gz" in only(root, "missing-label", "warning").found


def test_validation_set(root):
    for path in root.rglob("*_seg.nii.gz"):
        path.unlink()
    (found,) = check_brats(root)
    assert (found.code, found.severity) == ("no-labels", "note")


def test_duplicate_file(root):
    image = nibabel.load(file(root, "t2"))
    nibabel.save(image, str(file(root, "t2")).removesuffix(".gz"))
    assert "t2.nii, " in only(root, "duplicate-file", "error").found


@pytest.mark.parametrize("role", ["flair", "seg"])
def test_truncated(root, role):
    path = file(root, role)
    path.write_bytes(path.read_bytes()[:-300])
    assert only(root, "unreadable", "error").file == str(path)


def test_not_an_image(root):
    file(root, "t1").write_text("not an image")
    assert only(root, "unreadable", "error")


def test_truncated_metaimage(phantoms, tmp_path):
    root = shutil.copytree(phantoms / "brats15", tmp_path / "copy")
    path = sorted(root.rglob("*MR_T2*.mha"))[0]
    path.write_bytes(path.read_bytes()[:2000])
    assert only(root, "unreadable", "error").file == str(path)


def test_shifted_origin_of_an_old_release(phantoms, tmp_path):
    root = shutil.copytree(phantoms / "brats15", tmp_path / "copy")
    path = sorted(root.rglob("*MR_T2*.mha"))[0]
    image = SimpleITK.ReadImage(path)
    image.SetOrigin((0, 0, 0))
    SimpleITK.WriteImage(image, path)
    assert "origin" in only(root, "affine-mismatch", "note").found


def test_unusual_grid(root):
    (root / "phantom.json").unlink()
    found = only(root, "unusual-grid", "note").found
    assert "(16, 48, 48)" in found and "(155, 240, 240)" in found


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_not_finite(root, value):
    def spoil(array):
        array = array.astype(np.float32)
        array[24, 24, 8] = value
        return array

    change(file(root, "t2"), spoil)
    assert "1 voxels of t2" in only(root, "not-finite", "error").found


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [(4, 3, "write 4 for 3"), (2, 7, "copy the file"), (1, -1, "copy the file")],
)
def test_unexpected_label(root, old, new, words):
    def spoil(array):
        return np.where(array == old, new, array.astype(np.int16))

    change(file(root, "seg"), spoil)
    found = only(root, "unexpected-label", "error")
    assert str(new) in found.found and words in found.fix


@pytest.mark.parametrize("value", [0.5, np.nan])
def test_label_is_not_an_integer(root, value):
    def spoil(array):
        return np.where(array == 2, value, array).astype(np.float32)

    change(file(root, "seg"), spoil)
    assert only(root, "unexpected-label", "error")


def test_old_label_in_2023(phantoms, tmp_path):
    root = shutil.copytree(phantoms / "brats23", tmp_path / "copy")
    path = sorted(root.rglob("*-seg.nii.gz"))[0]
    change(path, lambda array: np.where(array == 3, 4, array))
    assert "write 3 for 4" in only(root, "unexpected-label", "error").fix


def test_no_tumor(root):
    change(file(root, "seg"), np.zeros_like)
    assert only(root, "no-tumor", "warning")


def test_tumor_outside_of_the_brain(root):
    def move(array):
        places = np.argwhere(array)
        low, high = places.min(0), places.max(0) + 1
        brain = np.argwhere(nibabel.load(file(root, "t1")).get_fdata())
        moved = np.zeros_like(array)
        corner = tuple(map(slice, brain.min(0), brain.min(0) + high - low))
        moved[corner] = array[tuple(map(slice, low, high))]
        return moved

    change(file(root, "seg"), move)
    assert "every modality is 0" in only(root, "tumor-outside", "warning").found


def test_skull_is_not_removed(root):
    for role in MODALITIES:
        change(file(root, role), lambda array: array + np.int16(3))
    assert "100%" in only(root, "background", "warning").found


def test_crops_need_no_background(root):
    for path in root.rglob("*.nii.gz"):
        change(path, lambda array: array[16:32, 16:32, 4:12])
    (root / "phantom.json").unlink()
    codes = {finding.code for finding in check_brats(root)}
    assert codes == {"unusual-grid", "coverage"}


def test_hardly_any_brain(root):
    def cut(array):
        array = array.copy()
        array[:, :, 4:] = 0
        array[:18], array[30:] = 0, 0
        return array

    for role in (*MODALITIES, "seg"):
        change(file(root, role), cut)
    allowed = {"no-tumor", "tumor-outside", "swapped-modality", "constant-modality"}
    assert only(root, "small-brain", "warning", allowed)


def test_one_modality_is_cut_off(root):
    def cut(array):
        array = array.copy()
        array[:, :, 7:] = 0
        return array

    change(file(root, "flair"), cut)
    found = only(root, "brain-mismatch", "warning", {"swapped-modality"})
    assert found.found.startswith("flair")


def test_one_image_as_two_modalities(root):
    shutil.copy(file(root, "t1"), file(root, "t1ce"))
    assert "t1ce and t1" in only(root, "same-modality", "error").found


@pytest.mark.parametrize("pair", [*itertools.combinations(MODALITIES, 2)])
def test_swapped_modalities(root, pair):
    first, second = (file(root, role) for role in pair)
    first.rename(root / "aside")
    second.rename(first)
    (root / "aside").rename(second)
    found = only(root, "swapped-modality", "warning").found
    assert all(role in found for role in pair)


def test_duplicate_case(root):
    shutil.copytree(root / CASE.rsplit("/", 1)[0], root / "LGG" / CASE.split("/")[1])
    codes = {finding.code: finding for finding in check_brats(root)}
    assert set(codes) == {
        *("duplicate-case", "patient-grades", "several-exams"),
        *("too-many-cases", "coverage"),
    }
    found = codes["duplicate-case"]
    assert found.severity == "error" and "HGG" in found.found and "LGG" in found.found


def test_duplicate_image(root):
    other = "LGG/Brats17_2013_1_1/Brats17_2013_1_1"
    shutil.copy(file(root, "t2"), file(root, "t2", other))
    allowed = {"swapped-modality", "brain-mismatch", "tumor-outside"}
    found = only(root, "duplicate-image", "warning", allowed).found
    assert "Brats17_2013_0_1, Brats17_2013_1_1" in found


def test_duplicate_images_of_a_whole_case(root):
    names = [f"Brats17_CBICA_AA{letter}_1" for letter in "XYZ"]
    source = file(root, "t1").parent
    for name in names:
        (root / "HGG" / name).mkdir()
        for path in source.iterdir():
            copy = path.name.replace(source.name, name)
            shutil.copy(path, root / "HGG" / name / copy)
    shutil.copy(
        file(root, "t2", "LGG/Brats17_2013_1_1/Brats17_2013_1_1"),
        file(root, "t2", f"HGG/{names[2]}/{names[2]}"),
    )  # three of four
    found = [f for f in check_brats(root) if f.code == "duplicate-image"]
    reported = {(f.severity, f.found.split(": ")[1]) for f in found}
    same = "Brats17_2013_0_1, Brats17_CBICA_AAX_1, Brats17_CBICA_AAY_1"
    assert reported == {
        ("error", same),
        ("warning", f"{same}, Brats17_CBICA_AAZ_1"),
        ("warning", "Brats17_2013_1_1, Brats17_CBICA_AAZ_1"),
    }


def test_several_exams(root):
    folder = root / "HGG" / "Brats17_2013_0_2"
    other = next(path for path in (root / "HGG").iterdir() if "CBICA" in path.name)
    folder.mkdir()
    for path in other.iterdir():
        path.rename(folder / path.name.replace(other.name, folder.name))
    other.rmdir()
    found = only(root, "several-exams", "note").found
    assert "Brats17_2013_0_1, Brats17_2013_0_2" in found


def test_counts(root):
    settings = json.loads((root / "phantom.json").read_text())
    settings["hgg"] = 1
    (root / "phantom.json").write_text(json.dumps(settings))
    assert "2 HGG cases" in only(root, "too-many-cases", "warning").found
    settings["hgg"] = 210
    (root / "phantom.json").write_text(json.dumps(settings))
    assert only(root, "coverage", "note").found.startswith("2 of 210 HGG cases, 1 of 1")


def test_counts_of_the_release(root):
    (root / "phantom.json").unlink()
    found = only(root, "coverage", "note", {"unusual-grid"}).found
    assert found == "2 of 210 HGG cases, 1 of 75 LGG cases of BraTS 2017"


def test_other_files(root):
    (root / "HGG" / "notes.txt").write_text("mine")
    (file(root, "t1").parent / "notes.txt").write_text("mine")
    assert "files: 2" in only(root, "other-file", "note").found


def test_all_faults_in_one_list(root):
    file(root, "t1").write_bytes(b"")
    other = "LGG/Brats17_2013_1_1/Brats17_2013_1_1"
    file(root, "flair", other).unlink()
    change(file(root, "seg", other), lambda array: array * 3)
    codes = {finding.code for finding in check_brats(root)}
    assert codes == {"unreadable", "missing-modality", "unexpected-label", "coverage"}


@pytest.mark.real
@pytest.mark.parametrize(
    ("folder", "codes"),
    [
        ("full", set()),
        ("brats2021", set()),
        ("brats2015", {"other-file"}),  # the license texts
        # Real: 18 and 13 labeled voxels of two cubes lie outside of the brain.
        ("cubes32", {"other-file", "unusual-grid", "several-exams", "tumor-outside"}),
    ],
)
def test_real_cases_have_notes_only(shared_data, folder, codes):
    findings = check_brats(shared_data / "brats" / folder)
    assert {finding.severity for finding in findings} == {"note"}
    assert {finding.code for finding in findings} == codes | {"coverage"}
