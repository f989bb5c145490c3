"""BraTS data sets of all releases: images, labels, predictions, identity."""

import csv
import gzip
import os
import shutil
import zlib

import nibabel
import numpy as np
import pytest
import SimpleITK

from common.errors import UserError
from data.brats.dataset import BratsDataset
from data.brats.layout import PHANTOM_WRITER
from data.brats.releases import MODALITIES
from data.volume.files import read_geometry
from tests.data.brats.trees import (
    AFFINE,
    FOUR,
    LAYOUTS,
    SHAPE,
    TOTALS,
    save,
    suffixed,
    volumes,
    write_case,
    write_layout,
)


@pytest.mark.parametrize("release", LAYOUTS)
def test_every_release_is_read_and_a_prediction_is_its_label_file(tmp_path, release):
    _, files, values, case_id, patient, group = LAYOUTS[release]
    write_layout(tmp_path / "data", release)
    (tmp_path / "data" / "dataset.json").write_text('{"name": "own"}')
    dataset = BratsDataset(tmp_path / "data")
    assert (dataset.name, dataset.release, len(dataset)) == ("own", release, 1)
    case = dataset[0]
    assert (case.id, case.patient, case.group) == (case_id, patient, group)
    *images, disk = volumes(values)
    for name, expected in zip(MODALITIES, images, strict=True):
        image = dataset.read_image(case, name)
        np.testing.assert_array_equal(image, expected)
        assert image.dtype == np.int16
    labels = dataset.read_labels(case)
    assert labels.dtype == np.uint8
    np.testing.assert_array_equal(labels, np.vectorize(values.get)(disk))
    assert set(np.unique(labels)) == set(values.values())
    assert dataset.geometry(case).shape == SHAPE
    np.testing.assert_allclose(dataset.geometry(case).affine, AFFINE)
    path = tmp_path / f"prediction.{'mha' if files[0].endswith('mha') else 'nii.gz'}"
    dataset.write_prediction(case, labels.astype(np.int64), path)
    written = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(path))
    np.testing.assert_array_equal(written, disk)
    assert read_geometry(path).matches(dataset.geometry(case))


@pytest.mark.parametrize("release", LAYOUTS)
def test_the_total_is_that_of_the_release_on_its_own_grid(tmp_path, release):
    folder, files, *_ = LAYOUTS[release]
    small = np.zeros((155, 240, 240), np.uint8)
    for name in files[:4]:
        save(tmp_path / folder / name, small)
    dataset = BratsDataset(tmp_path)
    assert (dataset.name, dataset.total) == (release, TOTALS[release])
    assert dataset[0].label is None and dataset.read_labels(dataset[0]) is None


def test_another_grid_gives_another_name(tmp_path):
    write_layout(tmp_path / "my cubes", "brats17")
    for root in ("my cubes", "my cubes/HGG", "."):
        dataset = BratsDataset(tmp_path / root)
        assert dataset.name == "brats17-my-cubes" and dataset.total == 1


def test_a_phantom_is_named_phantom(tmp_path):
    write_layout(tmp_path, "brats21")
    settings = tmp_path / "phantom.json"
    settings.write_text(f'{{"writer": "{PHANTOM_WRITER}"}}')
    assert BratsDataset(tmp_path).name == "phantom"
    settings.write_text('{"writer": "somebody"}')
    assert BratsDataset(tmp_path).name.startswith("brats21-")


def test_uncompressed_files_and_folders_named_like_files(tmp_path):
    case = "Brats18_CBICA_AAB_1"
    names = [name.removesuffix(".gz") for name in suffixed(case)]
    write_case(tmp_path, f"HGG/{case}", [f"{name}/{name}" for name in names])
    dataset = BratsDataset(tmp_path)
    np.testing.assert_array_equal(
        dataset.read_image(dataset[0], "t2"), volumes(FOUR)[3]
    )


def test_a_truth_that_has_changed_since_its_digest_is_refused(tmp_path):
    """A training takes hours, and its scores are filed under the digests before it."""
    write_layout(tmp_path, "brats20")
    dataset = BratsDataset(tmp_path)
    before = dataset.fingerprint()
    truth, label = dataset.read_labels(dataset[0]), dataset[0].label
    os.utime(label, ns=(0, label.stat().st_mtime_ns + 1))
    with pytest.raises(UserError, match="seg.*changed meanwhile.*run the command"):
        dataset.read_labels(dataset[0])
    again = BratsDataset(tmp_path)
    assert again.fingerprint() == before  # only its time has changed
    np.testing.assert_array_equal(again.read_labels(again[0]), truth)


def test_validation_sets_are_flat_and_without_labels(tmp_path):
    for case in ("Brats17_CBICA_AAM_1", "Brats17_TCIA_216_1"):
        write_case(tmp_path, case, suffixed(case)[:4])
    dataset = BratsDataset(tmp_path)
    assert [case.group for case in dataset] == ["", ""]
    assert [dataset.read_labels(case) for case in dataset] == [None, None]


def test_the_misnamed_label_map_of_2020_and_its_table_of_grades(tmp_path):
    for number, label in (("354", "seg"), ("355", None)):
        case = f"BraTS20_Training_{number}"
        names = suffixed(case)
        if label is None:
            names[4] = "W39_1998.09.19_Segm.nii"
        write_case(tmp_path, case, names)
    (tmp_path / "name_mapping.csv").write_text(
        "Grade,BraTS_2017_subject_ID,BraTS_2020_subject_ID\n"
        "HGG,Brats17_A_1,BraTS20_Training_354\nLGG,NA,BraTS20_Training_355\n"
    )
    dataset = BratsDataset(tmp_path)
    assert [case.group for case in dataset] == ["HGG", "LGG"]
    assert dataset[1].label.name == "W39_1998.09.19_Segm.nii"
    assert dataset.read_labels(dataset[1]).max() == 4


def bad_labels(fault):
    labels = volumes(FOUR)[-1].astype(np.float32)
    labels[1, 2, 3] = {"NaN": np.nan, "1.5": 1.5, "-1": -1, "3": 3, "300": 300}[fault]
    return labels


@pytest.mark.parametrize("fault", ["NaN", "1.5", "-1", "3", "300"])
def test_bad_labels_give_one_clear_error(tmp_path, fault):
    write_layout(tmp_path, "brats17")
    dataset = BratsDataset(tmp_path)
    save(dataset[0].label, bad_labels(fault))
    with pytest.raises(UserError) as error:
        dataset.read_labels(dataset[0])
    assert error.value.file == str(dataset[0].label)
    assert "0, 1, 2, 4" in error.value.expected and fault in error.value.received


def test_the_check_names_what_reading_refuses(tmp_path):
    write_layout(tmp_path, "brats17")
    dataset = BratsDataset(tmp_path / "HGG")
    label = dataset[0].label
    assert str(label) not in errors(dataset)
    save(label, bad_labels("3"))
    assert str(label) in errors(dataset)


def errors(dataset):
    return {found.file for found in dataset.check() if found.severity == "error"}


@pytest.mark.parametrize("kind", ["u1", "i2", "f4", "f8"])
def test_labels_may_have_any_type(tmp_path, kind):
    write_layout(tmp_path, "brats17")
    dataset = BratsDataset(tmp_path)
    expected = volumes(FOUR)[-1]
    save(dataset[0].label, expected.astype(kind))
    np.testing.assert_array_equal(dataset.read_labels(dataset[0]), expected)


def test_the_resection_cavity_of_2024_is_refused_by_name(tmp_path):
    write_layout(tmp_path, "brats23")
    dataset = BratsDataset(tmp_path)
    save(dataset[0].label, np.full(SHAPE, 4, np.uint8))
    with pytest.raises(UserError, match="resection cavity"):
        dataset.read_labels(dataset[0])


def test_a_volume_of_another_shape_is_refused(tmp_path):
    write_layout(tmp_path, "brats17")
    dataset = BratsDataset(tmp_path)
    save(dataset[0].label, np.zeros((4, 6, 6), np.uint8))
    save(dataset[0].images["t2"], np.zeros((3, 6, 5), np.uint8))
    for read in (lambda c: dataset.read_image(c, "t2"), dataset.read_labels):
        with pytest.raises(UserError, match=r"\(4, 6, 5\)"):
            read(dataset[0])
    with pytest.raises(ValueError, match="t9"):
        dataset.read_image(dataset[0], "t9")


def rewrite(path, affine):
    """Writes a NIfTI file again with another affine."""
    image = nibabel.load(path)
    nibabel.save(nibabel.Nifti1Image(np.asarray(image.dataobj), affine), path)


@pytest.mark.parametrize("scale", [(-1, 1, 1), (1, 1, 1.01), (1, -1, -1)])
def test_a_volume_of_other_axes_or_spacing_is_refused(tmp_path, scale):
    write_layout(tmp_path, "brats17")
    dataset = BratsDataset(tmp_path)
    case = dataset[0]
    for path in (case.label, case.images["t2"]):
        rewrite(path, AFFINE @ np.diag([*scale, 1]))
    for read in (lambda c: dataset.read_image(c, "t2"), dataset.read_labels):
        with pytest.raises(UserError, match="axes and spacing"):
            read(case)
    assert dataset.read_image(case, "t1").shape == SHAPE
    assert {str(case.label), str(case.images["t2"])} <= errors(dataset)


def test_a_volume_of_another_origin_is_read(tmp_path):
    write_layout(tmp_path, "brats17")
    dataset = BratsDataset(tmp_path)
    moved = AFFINE.copy()
    moved[:3, 3] = (3, 4, 5)
    rewrite(dataset[0].label, moved)
    np.testing.assert_array_equal(
        dataset.read_labels(dataset[0]), volumes(FOUR)[-1].astype(np.uint8)
    )


@pytest.mark.parametrize("release", ["brats17", "brats15"])
def test_a_turned_case_is_refused_and_the_advice_helps(tmp_path, release):
    write_layout(tmp_path, release)
    dataset = BratsDataset(tmp_path)
    case, expected = dataset[0], volumes(FOUR)[0]
    paths = [*case.images.values(), case.label]
    for path in paths:
        turned = SimpleITK.DICOMOrient(SimpleITK.ReadImage(path), "RAS")
        SimpleITK.WriteImage(turned, path)
    with pytest.raises(UserError, match="Received: RAS") as error:
        BratsDataset(tmp_path)
    assert error.value.file == str(case.images["flair"])
    assert 'DICOMOrient(image, "LPS")' in error.value.next_step
    assert any("RAS" in found.found for found in dataset.check())
    for path in paths:
        mended = SimpleITK.DICOMOrient(SimpleITK.ReadImage(path), "LPS")
        SimpleITK.WriteImage(mended, path)
    dataset = BratsDataset(tmp_path)
    np.testing.assert_array_equal(dataset.read_image(case, "flair"), expected)


def test_a_turned_case_among_others_is_refused_when_it_is_read(tmp_path):
    for case in ("Brats17_CBICA_AAB_1", "Brats17_CBICA_AAL_2"):
        write_case(tmp_path, f"HGG/{case}", suffixed(case))
    for path in tmp_path.rglob("*AAL_2_*.nii.gz"):
        rewrite(path, np.diag([1.0, -1.0, 1.0, 1.0]))
    dataset = BratsDataset(tmp_path)
    assert dataset.read_image(dataset[0], "t1").shape == SHAPE
    with pytest.raises(UserError, match="Received: RPS"):
        dataset.read_image(dataset[1], "t1")


@pytest.mark.parametrize("bad", [3, 5, -1])
def test_a_label_that_the_release_lacks_is_not_written(tmp_path, bad):
    write_layout(tmp_path, "brats17")
    dataset = BratsDataset(tmp_path)
    path = tmp_path / "p.nii.gz"
    with pytest.raises(ValueError, match="canonical"):
        dataset.write_prediction(dataset[0], np.full(SHAPE, bad), path)
    assert not path.exists()


def test_upload_name_has_the_number_of_the_flair_file(tmp_path):
    write_layout(tmp_path / "15", "brats15")
    write_layout(tmp_path / "17", "brats17")
    old, new = BratsDataset(tmp_path / "15"), BratsDataset(tmp_path / "17")
    assert old.upload_name(old[0], "method") == "VSD.method.54512.mha"
    with pytest.raises(ValueError, match="Brats17"):
        new.upload_name(new[0], "method")


def test_source_and_fingerprint_depend_only_on_content(tmp_path):
    write_layout(tmp_path / "a", "brats17")
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    one, two = BratsDataset(tmp_path / "a"), BratsDataset(tmp_path / "b")
    assert one.source(one[0]) == two.source(two[0])
    assert one.fingerprint() == two.fingerprint()
    content = one[0].label.read_bytes()
    one[0].label.write_bytes(content[:-1] + b"\1")
    assert one.source(one[0]) == two.source(two[0])  # once an object
    changed = BratsDataset(tmp_path / "a")
    assert changed.source(changed[0]) != two.source(two[0])
    assert changed.fingerprint() != two.fingerprint()


def test_identity_is_values_and_geometry(tmp_path):
    """Neither compression nor type counts; a voxel and the affine do."""
    root = tmp_path / "brats17"
    write_layout(root, "brats17")
    first = BratsDataset(root).fingerprint()
    path = BratsDataset(root)[0].images["t1"]
    image = nibabel.load(path)
    array, affine, plain = np.asarray(image.dataobj), image.affine, image.to_bytes()

    def fingerprint_of(array, affine, level=9):
        content = nibabel.Nifti1Image(array, affine).to_bytes()
        path.write_bytes(gzip.compress(content, level))
        return BratsDataset(root).fingerprint()

    for level in (0, 1, 9):
        assert fingerprint_of(array, affine, level) == first
    assert fingerprint_of(array.astype("f4"), affine) == first
    assert fingerprint_of(array, affine + np.eye(4, k=3) * 1e-9) == first
    assert fingerprint_of(array + (array == array.max()), affine) != first
    assert fingerprint_of(array, affine + np.eye(4, k=3)) != first
    write_layout(root, "brats17")
    path.rename(path.with_suffix(""))
    path.with_suffix("").write_bytes(plain)
    assert BratsDataset(root).fingerprint() == first


REAL = {"full": "brats17", "brats2015": "brats15", "brats2021": "brats21"}


def direct_counts(path):
    """Number of voxels of each value, counted without our reader."""
    if path.suffix == ".mha":
        _, packed = path.read_bytes().split(b"ElementDataFile = LOCAL\n", 1)
        values = np.frombuffer(zlib.decompress(packed), "<i2")
    else:
        values = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(path))
    return dict(enumerate(np.bincount(values.ravel(), minlength=5).tolist()))


@pytest.mark.real
@pytest.mark.parametrize("folder", REAL)
def test_real_cases_open_and_their_labels_have_the_right_counts(shared_data, folder):
    dataset = BratsDataset(shared_data / "brats" / folder)
    assert dataset.name == dataset.release == REAL[folder]
    for case in dataset:
        labels = dataset.read_labels(case)
        direct = direct_counts(case.label)  # canonical values are those on disk
        for region in ((1, 2, 3, 4), (1, 3, 4), (4,)):
            volume = np.isin(labels, region).sum()
            assert volume == sum(direct[value] for value in region) > 0
        for name in MODALITIES:
            assert dataset.read_image(case, name).shape == (155, 240, 240)


@pytest.mark.real
def test_the_2015_and_2017_copies_of_a_patient_are_the_same_images(shared_data):
    old = BratsDataset(shared_data / "brats" / "brats2015")
    new = BratsDataset(shared_data / "brats" / "full")
    for name in MODALITIES:
        np.testing.assert_array_equal(
            old.read_image(old[0], name), new.read_image(new[0], name)
        )
    assert old.geometry(old[0]).matches(new.geometry(new[0]))
    one, two = old.read_labels(old[0]), new.read_labels(new[0])
    # 2017 has necrosis and non-enhancing tumor in one.
    assert (one == 3).any()
    np.testing.assert_array_equal(np.where(one == 3, 1, one), two)


@pytest.mark.real
def test_the_cubes_agree_with_their_index(shared_data):
    root = shared_data / "brats" / "cubes32"
    with open(root / "index.csv", newline="") as file:
        rows = {row["case"]: row for row in csv.DictReader(file)}
    dataset = BratsDataset(root)
    assert dataset.name == "brats17-cubes32" and len(dataset) == len(rows) == 264
    for case in dataset:
        row = rows[case.id]
        assert (case.patient, case.group) == (row["patient"], row["grade"])
        labels = dataset.read_labels(case)
        found = [int((labels == value).sum()) for value in (1, 2, 4)]
        assert found == [int(row[f"label{value}"]) for value in (1, 2, 4)]
    assert len({case.patient for case in dataset}) == 219
