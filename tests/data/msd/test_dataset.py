"""The Decathlon as cases: order of volumes, labels, orientation, identity."""

import shutil

import nibabel
import numpy as np
import pytest

from common.errors import UserError
from data.brats.releases import MODALITIES
from data.msd.check import check_msd
from data.msd.dataset import MsdDataset
from data.volume import nifti
from data.volume.orientation import BRATS_AXES, axis_codes
from tests.data.msd.trees import (
    CHANNELS,
    LABELS,
    SHAPE,
    describe,
    save,
    volumes,
    write_case,
    write_tree,
)

# From the values of the files to canonical labels, by hand.
CANONICAL = np.array([0, 2, 1, 4])


@pytest.fixture
def root(tmp_path):
    write_tree(tmp_path / "Task01_BrainTumour")
    return tmp_path / "Task01_BrainTumour"


def turned(array):
    """From right, front, top to left, back, top: two axes mirrored, by hand."""
    return array[..., ::-1, ::-1]


def test_cases_images_and_labels(root):
    dataset = MsdDataset(root)
    assert [case.id for case in dataset] == ["BRATS_001", "BRATS_002", "BRATS_003"]
    assert [case.label is None for case in dataset] == [False, False, True]
    assert {(case.patient, case.group) for case in dataset} == {(None, "")}
    for number, case in enumerate(dataset):
        images, labels = volumes(number)
        read = dataset.read_images(case)
        assert tuple(read) == MODALITIES
        for name, expected in zip(MODALITIES, images, strict=True):
            np.testing.assert_array_equal(read[name], turned(expected))
            np.testing.assert_array_equal(dataset.read_image(case, name), read[name])
        if case.label is not None:
            expected = turned(CANONICAL[labels])
            np.testing.assert_array_equal(dataset.read_labels(case), expected)
    assert dataset.read_labels(dataset[2]) is None
    assert len(dataset.labeled()) == 2


def test_the_geometry_is_that_of_brats(root):
    dataset = MsdDataset(root)
    geometry = dataset.geometry(dataset[0])
    assert axis_codes(geometry.affine) == BRATS_AXES and geometry.shape == SHAPE
    # The first voxel of the turned volume is the last of the file, but for the depth.
    first = geometry.affine @ [0, 0, 0, 1]
    np.testing.assert_allclose(first[:3], [SHAPE[2] - 1, SHAPE[1] - 1, 0])


def test_the_order_of_volumes_and_labels_is_that_of_dataset_json(tmp_path):
    write_case(tmp_path, "BRATS_001")
    describe(tmp_path, ["BRATS_001"], (), CHANNELS[::-1], (*LABELS[:1], *LABELS[:0:-1]))
    dataset = MsdDataset(tmp_path)
    images, labels = volumes()
    np.testing.assert_array_equal(
        dataset.read_image(dataset[0], "flair"), turned(images[3])
    )
    expected = turned(np.array([0, 4, 1, 2])[labels])
    np.testing.assert_array_equal(dataset.read_labels(dataset[0]), expected)


def test_a_prediction_is_written_as_the_label_file_is(root, tmp_path):
    dataset = MsdDataset(root)
    case, path = dataset[0], tmp_path / "prediction.nii.gz"
    labels = dataset.read_labels(case)
    dataset.write_prediction(case, labels.astype(np.int64), path)
    written, truth = nibabel.load(path), nibabel.load(case.label)
    np.testing.assert_array_equal(written.get_fdata(), truth.get_fdata())
    np.testing.assert_array_equal(written.affine, truth.affine)
    np.testing.assert_array_equal(dataset.read_prediction(case, path), labels)


def test_a_file_is_decoded_once_for_all_its_volumes(root, monkeypatch):
    decoded, decode = [], nifti._read_whole

    def counted(path, image):
        decoded.append(path)
        return decode(path, image)

    monkeypatch.setattr(nifti, "_read_whole", counted)
    dataset = MsdDataset(root)
    for name in MODALITIES:
        dataset.read_image(dataset[0], name)
    assert len(decoded) == 1
    dataset.read_images(dataset[1])
    assert len(decoded) == 2


@pytest.mark.parametrize("where", [".", "imagesTr", "labelsTr", "imagesTs", ".."])
def test_any_folder_of_it_can_be_named(root, where):
    assert len(MsdDataset(root / where)) == 3


def test_names_and_totals(root, tmp_path):
    dataset = MsdDataset(root)
    assert (dataset.name, dataset.release) == ("msd-Task01_BrainTumour", "msd")
    assert dataset.total == 2, "test cases cannot be scored"
    whole = tmp_path / "whole"
    describe(whole, ["BRATS_001"])
    small = np.zeros((4, 155, 240, 240), np.uint8)
    save(whole / "imagesTr" / "BRATS_001.nii.gz", small)
    assert (MsdDataset(whole).name, MsdDataset(whole).total) == ("msd", 484)


def test_the_fingerprint_is_of_values_and_of_their_meaning(root, tmp_path):
    known = MsdDataset(root).fingerprint()
    copy = tmp_path / "copy"
    shutil.copytree(root, copy)
    image = copy / "imagesTr" / "BRATS_001.nii.gz"
    loaded = nibabel.load(image)
    array = np.asarray(loaded.dataobj)
    nibabel.save(nibabel.Nifti1Image(array.astype(np.int16), loaded.affine), image)
    assert MsdDataset(copy).fingerprint() == known, "another type, the same values"
    names = ["BRATS_001", "BRATS_002"]
    describe(copy, names, ["BRATS_003"], CHANNELS[::-1])
    assert MsdDataset(copy).fingerprint() != known
    describe(copy, names, ["BRATS_003"])
    array[0, 0, 0, 0] += 1
    nibabel.save(nibabel.Nifti1Image(array, loaded.affine), image)
    assert MsdDataset(copy).fingerprint() != known


@pytest.mark.parametrize("fault", ["no image", "twice", "three volumes", "labels"])
def test_faults_are_refused_by_name(root, fault):
    image = root / "imagesTr" / "BRATS_001.nii.gz"
    if fault == "no image":
        image.unlink()
    elif fault == "twice":
        shutil.copy(image, image.with_name("BRATS_001.nii"))
    elif fault == "three volumes":
        save(image, volumes()[0][:3])
    else:
        save(root / "labelsTr" / "BRATS_001.nii.gz", volumes(1, (4, 6, 6))[1])
    with pytest.raises(UserError, match="BRATS_001") as caught:
        dataset = MsdDataset(root)
        dataset.read_labels(dataset[0])
    assert "`make check-data DATASET=msd" in caught.value.next_step
    assert "error" in {finding.severity for finding in check_msd(root)}
