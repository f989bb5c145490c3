"""A user's scan: what is refused, and what is only a warning."""

from pathlib import Path

import nibabel
import numpy as np
import pytest

from common.errors import UserError
from data.brats.releases import MODALITIES
from data.scans.checks import EXPECTED, check_intensities, check_registration
from data.scans.find import find_scan
from data.scans.scan import read_scan
from data.volume.orientation import to_brats_axes

SHAPE = (12, 14, 16)
LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


@pytest.fixture
def volumes():
    """Four modalities of a block of brain in a background of 0."""
    drawn = np.random.default_rng(0).integers(100, 900, (4, *SHAPE), np.int16)
    drawn[:, :2] = drawn[:, :, -3:] = 0
    return dict(zip(MODALITIES, drawn, strict=True))


@pytest.fixture
def write(tmp_path, volumes):
    """Writes the scan, perhaps with other affines or volumes; returns the paths."""

    def write(affines=None, affine=LPS, **others):
        paths = {}
        for name in MODALITIES:
            path = paths[name] = tmp_path / f"x_{name}.nii.gz"
            volume = others.get(name, volumes[name])
            where = (affines or {}).get(name, affine)
            nibabel.save(nibabel.Nifti1Image(volume.T, where), path)
        return paths

    return write


def codes(scan):
    return {(finding.severity, finding.code) for finding in scan.findings}


def test_a_good_scan_is_read_as_it_is(write, volumes):
    scan = read_scan(write())
    assert codes(scan) == {("warning", "small")}  # it has less than a brain
    for name, volume in zip(MODALITIES, scan.volumes, strict=True):
        np.testing.assert_array_equal(volume, volumes[name])
    np.testing.assert_array_equal(scan.restore(scan.volumes[0]), volumes["flair"])


def test_another_orientation_is_turned_and_restored(write, volumes):
    affine = np.array([[0, 0, 1, 0], [1, 0, 0, 0], [0, -1, 0, 0], [0, 0, 0, 1.0]])
    scan = read_scan(write(affine=affine))
    assert ("note", "orientation") in codes(scan)
    turned = to_brats_axes(volumes["t2"], affine)
    np.testing.assert_array_equal(scan.volumes[3], turned)
    assert scan.volumes[3].shape != SHAPE
    np.testing.assert_array_equal(scan.restore(scan.volumes[3]), volumes["t2"])


def test_another_grid_is_refused(write, volumes):
    with pytest.raises(UserError, match=r"x_t2.*one grid.*\(12, 14, 15\)"):
        read_scan(write(t2=volumes["t2"][..., 1:]))


def test_another_place_is_refused(write):
    moved = LPS.copy()
    moved[0, 3] = 5
    with pytest.raises(UserError, match=r"x_t1ce.*the same place.*5 mm"):
        read_scan(write(affines={"t1ce": moved}))


def test_a_slightly_different_place_is_a_warning(write):
    moved = LPS.copy()
    moved[0, 3] = 0.25
    assert ("warning", "place") in codes(read_scan(write(affines={"t1": moved})))


@pytest.mark.parametrize(("size", "severity"), [(1.3, "warning"), (3.0, "error")])
def test_voxels_of_another_size(write, size, severity):
    paths = write(affine=np.diag([-1.0, -1.0, size, 1.0]))
    if severity == "error":
        with pytest.raises(UserError, match=rf"1 x 1 x 1 mm.*{size:g} x 1 x 1 mm"):
            read_scan(paths)
    assert (severity, "voxel-size") in codes(read_scan(paths, force=True))


def test_a_tilted_scan_is_a_warning(write):
    angle = np.radians(30)
    affine = LPS.copy()
    affine[:2, :2] = [[-np.cos(angle), np.sin(angle)], [-np.sin(angle), -np.cos(angle)]]
    assert ("warning", "tilted") in codes(read_scan(write(affine=affine)))


@pytest.mark.parametrize("kind", ["empty", "constant", "flat brain", "negative"])
def test_a_modality_without_contrast_is_refused(write, volumes, kind):
    bad = {
        "empty": np.zeros(SHAPE, np.int16),
        "constant": np.full(SHAPE, 7, np.int16),
        "flat brain": np.where(volumes["t1"] > 0, 7, 0).astype(np.int16),
        "negative": -volumes["t1"],
    }[kind]
    with pytest.raises(UserError, match="x_t1.nii.*different.*no two values above 0"):
        read_scan(write(t1=bad), force=True)


def test_a_modality_that_is_not_finite_is_refused(write, volumes):
    bad = volumes["t2"].astype(np.float32)
    bad[3, 3, 3] = np.nan
    with pytest.raises(UserError, match="x_t2.*finite.*NaN"):
        read_scan(write(t2=bad), force=True)


def test_other_masks(write, volumes):
    inverted = np.where(volumes["t1"] == 0, np.arange(500, 516), 0).astype(np.int16)
    with pytest.raises(UserError, match="x_t1.nii.*same brain.*Dice of 0"):
        read_scan(write(t1=inverted))
    assert ("error", "masks") in codes(read_scan(write(t1=inverted), force=True))
    shifted = np.roll(volumes["t1"], 2, axis=1)
    assert ("warning", "masks") in codes(read_scan(write(t1=shifted)))


def test_negative_intensities_are_a_warning(write, volumes):
    assert ("warning", "negative") in codes(read_scan(write(t2=volumes["t2"] - 150)))


def test_a_skull_is_recognized_by_the_volume(volumes):
    paths = {name: Path(f"x_{name}.nii") for name in MODALITIES}
    voxels = np.count_nonzero(volumes["t1"])
    rules = (
        (0.1, {("warning", "small")}),
        (1.8, set()),
        (2.0, {("warning", "skull")}),
        (4.0, {("error", "skull")}),
    )
    for liters, expected in rules:
        found = check_intensities(paths, volumes, liters * 1e6 / voxels)
        assert {(finding.severity, finding.code) for finding in found} == expected
        # One file may hold all four.
        named = [finding.found.split()[0] for finding in found]
        assert named == (list(MODALITIES) if expected else [])


def test_a_file_passed_twice_is_refused(write, volumes):
    paths = write(t1ce=volumes["flair"])
    with pytest.raises(UserError, match=r"x_t1ce.*four different.*x_flair"):
        read_scan(paths)
    assert ("error", "twice") in codes(read_scan(paths, force=True))


def test_a_file_of_four_axes_is_refused(write, tmp_path):
    paths = write()
    image = nibabel.Nifti1Image(np.zeros((4, 4, 4, 2), np.int16), LPS)
    nibabel.save(image, paths["t1"])
    with pytest.raises(UserError, match="three axes"):
        read_scan(paths)


def test_a_missing_modality_is_named(write):
    paths = write()
    del paths["t1ce"]
    with pytest.raises(UserError, match="a file of t1ce"):
        read_scan(paths)


def test_every_rule_says_what_it_expects():
    assert all(EXPECTED.values()) and len(set(EXPECTED.values())) == len(EXPECTED)


@pytest.mark.real
def test_a_moved_or_mirrored_modality_of_a_real_case_is_reported(shared_data):
    case = find_scan(shared_data / "brats" / "brats2015/HGG/brats_2013_pat0001_1")
    scan = read_scan(case.images)
    brain = scan.volumes[0] != 0
    changes = {
        "moved by 12 voxels down": lambda x: np.roll(x, 10, axis=0),
        "moved by 16 voxels to the front": lambda x: np.roll(x, 15, axis=1),
        # Inside one brain mask, where masks tell nothing.
        "moved by 8 voxels right": lambda x: np.where(brain, np.roll(x, 10, 2), 0),
        "mirrored from left to right": lambda x: np.where(brain, np.flip(x, 2), 0),
    }
    for words, change in changes.items():
        volumes = dict(zip(MODALITIES, scan.volumes, strict=True))
        volumes["flair"] = change(volumes["flair"])
        (finding,) = check_registration(case.images, volumes)
        assert (finding.severity, finding.code) == ("warning", "registration")
        assert words in finding.found and "Flair" in finding.file


@pytest.mark.real
def test_real_cases_have_no_findings(shared_data):
    for folder in (
        "brats2015/HGG/brats_2013_pat0001_1",
        "brats2021/BraTS2021_00000",
        "brats2021/BraTS2021_00003",
    ):
        scan = read_scan(find_scan(shared_data / "brats" / folder).images)
        assert scan.findings == []
        assert scan.volumes[0].shape == (155, 240, 240)
