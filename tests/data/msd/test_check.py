"""The check of the Decathlon: one finding for each fault, none for a good folder."""

import shutil

import nibabel
import numpy as np
import pytest

from common.errors import UserError
from data.integrity import exit_code
from data.msd.check import check_msd
from data.phantom.msd.write import write_phantom
from tests.data.msd.trees import describe

SHAPE = (24, 48, 48)
USUAL = {"coverage", "no-patients"}


@pytest.fixture(scope="module")
def phantom(tmp_path_factory):
    """A small phantom; not to be changed."""
    root = tmp_path_factory.mktemp("phantom") / "msd"
    write_phantom(root, count=4, shape=SHAPE)
    return root


@pytest.fixture
def root(phantom, tmp_path):
    return shutil.copytree(phantom, tmp_path / "msd")


def change(path, function):
    image = nibabel.load(path)
    array = function(np.asarray(image.dataobj))
    nibabel.save(nibabel.Nifti1Image(array, image.affine), path)


def only(root, code, severity):
    """Returns the only finding of a code, after checking all others."""
    everything = check_msd(root)
    (found,) = [finding for finding in everything if finding.code == code]
    assert {finding.code for finding in everything} == {code, *USUAL}
    assert found.severity == severity and found.fix
    assert exit_code(everything) == (severity == "error")
    return found


def test_a_phantom_is_in_order(phantom):
    findings = check_msd(phantom)
    assert {finding.code for finding in findings} == USUAL
    assert {finding.severity for finding in findings} == {"note"}
    (coverage,) = [one for one in findings if one.code == "coverage"]
    assert coverage.found == "4 of 4 cases of the phantom"


def test_a_folder_of_nothing(tmp_path):
    (found,) = check_msd(tmp_path)
    assert (found.severity, found.code) == ("error", "layout")
    with pytest.raises(UserError, match="no such folder"):
        check_msd(tmp_path / "absent")


def test_a_changed_list_of_modalities(root):
    describe(root, channels=("CT", "T1w", "t1gd", "T2w"))
    (found,) = check_msd(root)
    assert found.code == "layout" and "'CT'" in found.found


@pytest.mark.parametrize(
    ("code", "severity", "name", "fault"),
    [
        ("missing-label", "warning", "labelsTr/BRATS_001", None),
        ("missing-modality", "error", "imagesTr/BRATS_001", None),
        ("unreadable", "error", "imagesTr/BRATS_001", lambda x: x[..., :3]),
        ("unexpected-label", "error", "labelsTr/BRATS_001", lambda x: x * 2),
        ("shape-mismatch", "error", "labelsTr/BRATS_001", lambda x: x[:-1]),
        ("no-tumor", "warning", "labelsTr/BRATS_001", lambda x: x * 0),
        (
            "same-modality",
            "error",
            "imagesTs/BRATS_005",
            lambda x: x[..., [0, 1, 1, 3]],
        ),
    ],
)
def test_faults_of_a_case(root, code, severity, name, fault):
    path = root / f"{name}.nii.gz"
    if fault is None:
        path.unlink()
    else:
        change(path, fault)
    if code == "missing-modality":
        codes = {finding.code: finding for finding in check_msd(root)}
        assert codes[code].severity == severity
    else:
        assert path.stem[:9] in only(root, code, severity).file


def test_volumes_in_another_order_than_dataset_json_says(root):
    change(root / "imagesTr" / "BRATS_001.nii.gz", lambda x: x[..., [1, 0, 2, 3]])
    assert "flair looks like t1" in only(root, "swapped-modality", "warning").found


def test_labels_in_the_order_of_brats(root):
    for path in (root / "labelsTr").glob("[!.]*"):
        change(path, lambda labels: np.array([0, 2, 1, 3], np.uint8)[labels])
    assert "lies outside of the edema" in only(root, "label-order", "error").found


def test_files_beside_the_cases(root):
    (root / "imagesTr" / "notes.txt").write_text("x")
    assert "notes.txt" in only(root, "other-file", "note").found


def test_a_case_that_is_not_listed_and_a_copy(root):
    for folder in ("imagesTr", "labelsTr"):
        path = root / folder / "BRATS_001.nii.gz"
        shutil.copy(path, path.with_name("BRATS_900.nii.gz"))
    codes = {finding.code: finding for finding in check_msd(root)}
    assert codes["unlisted-case"].severity == "warning"
    assert "BRATS_001.nii.gz, BRATS_900.nii.gz" in codes["duplicate-image"].found


def test_cases_that_look_alike_are_named(root):
    """The same volumes of 4 mm, under two names."""
    for number in (2, 3):
        image = root / "imagesTr" / f"BRATS_00{number}.nii.gz"
        label = root / "labelsTr" / image.name
        for path in (image, label):
            loaded = nibabel.load(path)
            array = np.asarray(loaded.dataobj)
            wide = nibabel.Nifti1Image(array, np.diag([4.0, 4, 6, 1]))
            nibabel.save(wide, path)
    shutil.copy(root / "imagesTr" / "BRATS_002.nii.gz", root / "imagesTs")
    (root / "imagesTs" / "BRATS_002.nii.gz").rename(
        root / "imagesTs" / "BRATS_006.nii.gz"
    )
    (found,) = [one for one in check_msd(root) if one.code == "look-alike"]
    assert found.severity == "warning" and "SPLITS=file.csv" in found.fix
    assert found.found.startswith("BRATS_002 and BRATS_006 look alike (correlation 1.0")
