"""Volumes, cases and scans that cannot be read, and what makes them readable."""

import shutil
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK

from data.brats.labels import to_canonical
from data.brats.releases import RELEASES
from data.known_digests import KnownDigests, require_unchanged
from data.scans.find import find_cases, find_scan
from data.scans.scan import read_scan
from data.volume.files import read_volume
from data.volume.orientation import require_brats_axes

LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
NOWHERE = LPS.copy()
NOWHERE[0, 3] = np.nan
NIFTI, HEADER = "data/volume/nifti.py", "data/volume/header.py"
MHA = "data/volume/metaimage.py"
MHA_HEADER = "data/volume/metaimage_header.py"


def save(path, shape=(4, 5, 6), kind=np.int16, affine=LPS):
    nibabel.save(nibabel.Nifti1Image(np.ones(shape, kind), affine), path)


def without_voxels(path):
    """A header whose voxels are said to be in another file."""
    content = path.read_bytes().replace(b"LOCAL", b"x.raw")
    path.write_bytes(content[: content.index(b"x.raw") + 6])
    path.with_name("x.raw").write_bytes(bytes(2 * 120))


def colored(path):
    image = SimpleITK.GetImageFromArray(np.ones((4, 5, 6, 3), np.uint8), isVector=True)
    SimpleITK.WriteImage(image, path)


def endless(path):
    image = nibabel.Nifti1Image(np.ones((4, 5, 6), np.int16), LPS)
    image.header["dim"][1:4] = 20000
    with open(path, "wb") as file:
        file.write(image.header.binaryblock + bytes(240))


@pytest.mark.parametrize(
    ("place", "name", "damage"),
    [
        (f"{NIFTI}:_unreadable", "v.nii", lambda path: path.write_bytes(b"no")),
        (f"{NIFTI}:_load", "v.nii", lambda path: save(path, kind=np.complex64)),
        (f"{HEADER}:checked_shape", "v.nii", lambda path: save(path, (4, 5))),
        (f"{HEADER}:_check_grid", "v.nii", endless),
        (
            f"{HEADER}:_check_grid",
            "v.nii",
            lambda path: save(path, affine=NOWHERE),
        ),
        (
            f"{MHA_HEADER}:damaged_metaimage",
            "v.mha",
            lambda path: path.write_bytes(b"no"),
        ),
        (f"{MHA}:_open", "v.mha", colored),
        (f"{MHA_HEADER}:read_header", "v.mha", without_voxels),
    ],
)
def test_a_damaged_volume_is_copied_again(told, tmp_path, place, name, damage):
    path, good = tmp_path / name, tmp_path / f"good_{name}"
    image = SimpleITK.GetImageFromArray(np.ones((4, 5, 6), np.int16))
    SimpleITK.WriteImage(image, good)
    shutil.copy(good, path)
    damage(path)
    with told(place) as caught:
        read_volume(path)
    assert "copy or download the file again" in caught.value.next_step
    shutil.copy(good, path)
    assert read_volume(path)[0].shape == (4, 5, 6)


def test_a_file_that_changes_while_it_is_read(told, tmp_path):
    path = tmp_path / "a.txt"
    for text in ("one", "two, longer"):
        path.write_text(text)
        digests = KnownDigests()
        digests.of(path, Path.read_text)
        states = digests.states([path])
        require_unchanged(states)
    path.write_text("three")
    with told("data/known_digests.py:require_unchanged") as caught:
        require_unchanged(states)
    assert "run the command again" in caught.value.next_step, "as the second round"


def test_a_volume_of_another_format(told, tmp_path):
    save(tmp_path / "v.nii")
    (tmp_path / "v.nii").rename(tmp_path / "v.img")
    with told("data/volume/files.py:_is_metaimage") as caught:
        read_volume(tmp_path / "v.img")
    assert "the suffix of its format" in caught.value.next_step
    (tmp_path / "v.img").rename(tmp_path / "v.nii")
    assert read_volume(tmp_path / "v.nii")[0].any()


def test_a_volume_that_is_turned(told, tmp_path):
    path = tmp_path / "v.nii"
    save(path, affine=np.eye(4))
    with told("data/volume/orientation.py:require_brats_axes") as caught:
        require_brats_axes(path, read_volume(path)[1].affine)
    assert 'SimpleITK.DICOMOrient(image, "LPS")' in caught.value.next_step
    image = SimpleITK.DICOMOrient(SimpleITK.ReadImage(path), "LPS")
    SimpleITK.WriteImage(image, path)
    assert require_brats_axes(path, read_volume(path)[1].affine) is None


LABELS = "data/brats/labels.py"


@pytest.mark.parametrize(
    ("place", "values"),
    [
        (f"{LABELS}:to_canonical", [0, np.nan]),
        (f"{LABELS}:to_canonical", [0, 300]),
        (f"{LABELS}:to_canonical", [0, 1.5]),
        (f"{LABELS}:to_canonical", [0, 3]),
    ],
)
def test_labels_are_corrected(told, place, values):
    with told(place) as caught:
        to_canonical(np.array(values), RELEASES["brats17"], "seg.nii")
    assert "correct the label map" in caught.value.next_step
    listed = caught.value.expected.removeprefix("the labels ").partition(" of ")[0]
    allowed = np.array([int(value) for value in listed.split(", ")])
    assert to_canonical(allowed, RELEASES["brats17"], "seg.nii").tolist()


@pytest.fixture
def case(tmp_path):
    folder = tmp_path / "cases" / "one"
    folder.mkdir(parents=True)
    for name in ("flair", "t1", "t1ce", "t2"):
        save(folder / f"x_{name}.nii.gz")
    return folder


def test_the_folder_of_a_case(told, answer, case):
    with told("data/scans/find.py:find_scan") as caught:
        find_scan(case.parent / "two")
    assert "pass the folder of one case" in caught.value.next_step
    assert set(find_scan(case).images) == {"flair", "t1", "t1ce", "t2"}
    shutil.copy(case / "x_t1.nii.gz", case / "y_t1.nii.gz")
    with told("data/scans/find.py:find_scan") as caught:
        find_scan(case)
    assert "predict PAPER --flair … --t1 … --t1ce … --t2 …" in caught.value.next_step
    files = [w for n in ("flair", "t1", "t1ce", "t2") for w in (f"--{n}", "x.nii")]
    place, _ = answer("predict", "dsunet", *files, "--out", case.parent / "seg.nii.gz")
    assert not place.startswith("data/scans/find.py"), "the four files are taken"


def test_a_folder_of_cases(told, case):
    with told("data/scans/find.py:find_cases") as caught:
        find_cases(case)
    assert caught.value.next_step == "pass a folder that holds one folder per case"
    assert find_cases(case.parent) == [("one", case)]
    with told("data/scans/find.py:find_cases") as caught:
        find_cases(case.parent / "absent")
    assert "as CASE= (--case)" in caught.value.next_step


def test_all_four_modalities(told, case):
    paths = find_scan(case).images
    with told("data/scans/scan.py:read_scan") as caught:
        read_scan({"flair": paths["flair"]})
    assert "--flair … --t1 … --t1ce … --t2" in caught.value.next_step
    with told("data/scans/checks.py:refuse_errors") as caught:
        read_scan(paths)  # all are there; now their content is judged


def test_what_the_checks_of_a_scan_advise(told, tmp_path):
    """Voxels of 2 mm: resampled, or forced."""
    drawn = np.random.default_rng(0).integers(100, 900, (4, 16, 14, 12), np.int16)
    drawn[..., :2] = drawn[:, :, -3:] = 0
    paths = {}
    for name, volume in zip(("flair", "t1", "t1ce", "t2"), drawn, strict=True):
        paths[name] = tmp_path / f"x_{name}.nii.gz"
        wide = np.diag([-2.0, -2.0, 2.0, 1.0])
        nibabel.save(nibabel.Nifti1Image(volume, wide), paths[name])
    with told("data/scans/checks.py:refuse_errors") as caught:
        read_scan(paths)
    assert "resample the scan to 1 mm, or add --force" in caught.value.next_step
    assert read_scan(paths, force=True).findings
    for path in paths.values():
        array = np.asarray(nibabel.load(path).dataobj)
        nibabel.save(nibabel.Nifti1Image(array, LPS), path)
    assert read_scan(paths).findings
