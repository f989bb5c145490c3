"""The data set as cases: order, ids, folds, planes, fingerprint."""

import csv
import json
import shutil
from collections import Counter
from pathlib import Path

import h5py
import numpy as np
import pytest
from scipy.io import loadmat

from common.errors import UserError
from data.figshare.dataset import FigshareDataset
from data.figshare.layout import LABELS, PLANES, TOTAL
from data.figshare.mat_reader import read_cvind
from data.figshare.mat_writer import write_cvind
from data.figshare.slice import Slice
from data.phantom.figshare.write import write_phantom


@pytest.fixture
def subset(phantom_root, tmp_path):
    """Three phantom files under indices of the real data set, no phantom.json."""
    root = tmp_path / "set" / "mats"
    root.mkdir(parents=True)
    for index, name in ((1, "10.mat"), (2, "9.mat"), (3, "1533.mat")):
        shutil.copy(phantom_root / f"{index}.mat", root / name)
    return root


def test_blocks_cover_the_data_set():
    assert sorted(PLANES) == list(range(1, TOTAL + 1))
    assert Counter(PLANES.values()) == {"axial": 993, "coronal": 1054, "sagittal": 1017}
    assert Counter(LABELS.values()) == {1: 708, 2: 1426, 3: 930}


def test_phantom_as_cases(phantom_root):
    dataset = FigshareDataset(phantom_root)
    assert dataset.name == "phantom" and dataset.total == len(dataset) == 24
    assert [case.id for case in dataset] == [str(i) for i in range(1, 25)]
    case = dataset[9]
    assert case.images == {"T1c": phantom_root / "10.mat"}
    assert case.label == phantom_root / "10.mat"
    item = dataset.read(case)
    assert isinstance(item, Slice) and item.patient == case.patient
    groups = {1: "meningioma", 2: "glioma", 3: "pituitary"}
    assert case.group == groups[item.label]
    planes = json.loads((phantom_root / "phantom.json").read_text())["planes"]
    assert dataset.plane(case) == planes["10"]
    assert dataset.spacing(case) == pytest.approx(0.49 * 4)
    assert set(dataset.author_folds) == {case.id for case in dataset}
    assert {finding.severity for finding in dataset.check()} == {"note"}


def test_subset_in_numeric_order(subset):
    dataset = FigshareDataset(subset)
    assert (dataset.name, dataset.total, len(dataset)) == ("figshare", 3064, 3)
    assert [case.id for case in dataset] == ["9", "10", "1533"]
    assert [dataset.plane(case) for case in dataset] == ["axial", "axial", "coronal"]
    assert dataset.author_folds is None


def test_sizes_may_differ(subset, tmp_path):
    write_phantom(tmp_path / "small", count=1, size=64)
    shutil.copy(tmp_path / "small" / "1.mat", subset / "11.mat")
    dataset = FigshareDataset(subset)
    assert [dataset.spacing(case) for case in dataset][:3] == pytest.approx(
        [1.96, 1.96, 3.92]
    )


@pytest.mark.parametrize("name", ["cvind.mat", "cvind5fold.mat"])
@pytest.mark.parametrize("above", [False, True])
def test_author_folds_by_index(subset, name, above):
    folds = [i % 5 + 1 for i in range(TOTAL)]
    write_cvind((subset.parent if above else subset) / name, folds)
    dataset = FigshareDataset(subset)
    assert dataset.author_folds == {"9": 4, "10": 5, "1533": 3}


def test_phantom_uses_no_folds_from_above(phantom_copy):
    (phantom_copy / "cvind.mat").rename(phantom_copy.parent / "cvind.mat")
    assert FigshareDataset(phantom_copy).author_folds is None


def test_cvind_of_wrong_length(subset):
    write_cvind(subset / "cvind.mat", [1, 2, 3])
    with pytest.raises(UserError, match="3 folds"):
        FigshareDataset(subset)


def test_fingerprint_depends_on_content_not_place(phantom_root, phantom_copy):
    dataset = FigshareDataset(phantom_root)
    first = dataset.fingerprint()
    assert first == dataset.fingerprint()
    assert FigshareDataset(phantom_copy).fingerprint() == first
    shutil.copy(phantom_copy / "1.mat", phantom_copy / "2.mat")
    assert FigshareDataset(phantom_copy).fingerprint() != first


def test_fingerprint_is_that_of_the_fields(phantom_root, phantom_copy):
    first = FigshareDataset(phantom_root).fingerprint()
    with h5py.File(phantom_copy / "3.mat", "r+") as file:
        image = file["cjdata/image"][...]
        del file["cjdata/image"]
        file["cjdata/image"] = image.astype("f8")  # not compressed, and of another type
    assert FigshareDataset(phantom_copy).fingerprint() == first
    with h5py.File(phantom_copy / "3.mat", "r+") as file:
        file["cjdata/image"][3, 4] += 1
    assert FigshareDataset(phantom_copy).fingerprint() != first


def test_patient_may_be_missing(subset):
    with h5py.File(subset / "9.mat", "r+") as file:
        file["cjdata/PID"][...] = ord(" ")
    assert FigshareDataset(subset)[0].patient is None


@pytest.mark.parametrize("there", [False, True])
def test_folder_without_slices(tmp_path, there):
    root = tmp_path / "mats"
    if there:
        root.mkdir()
        (root / "notes.mat").write_bytes(b"x")
    with pytest.raises(UserError, match="make data-figshare.*make phantom-figshare"):
        FigshareDataset(root)


def test_duplicate_index(subset):
    shutil.copy(subset / "9.mat", subset / "009.mat")
    with pytest.raises(UserError, match="009.mat and 9.mat"):
        FigshareDataset(subset)


@pytest.mark.parametrize("name", ["0.mat", "3065.mat"])
def test_unknown_index(subset, name):
    shutil.copy(subset / "9.mat", subset / name)
    with pytest.raises(UserError, match="index from 1 to 3064"):
        FigshareDataset(subset)


def test_other_files_are_ignored(subset):
    for name in ("label.mat", "extra.mat", "9.png", "²³.mat"):
        (subset / name).write_bytes(b"x")
    assert len(FigshareDataset(subset)) == 3


def test_phantom_json_of_another_program_is_ignored(subset):
    (subset / "phantom.json").write_text('{"writer": "another"}')
    assert FigshareDataset(subset).name == "figshare"


@pytest.mark.real
@pytest.mark.parametrize("folder", ["figshare256", "figshare512"])
def test_real_headers_agree_with_the_index(shared_data, folder):
    dataset = FigshareDataset(shared_data / folder)
    with open(shared_data / "figshare_index.csv", newline="") as file:
        rows = {row["idx"]: row for row in csv.DictReader(file)}
    labels = loadmat(shared_data / "label.mat")["label"].ravel()
    groups = {"meningioma": 1, "glioma": 2, "pituitary": 3}
    assert len(dataset) == len(list(Path(shared_data / folder).glob("*.mat")))
    for case in dataset:
        row = rows[case.id]
        assert groups[case.group] == labels[int(case.id) - 1] == int(row["label"])
        assert dataset.author_folds[case.id] == int(row["author_fold"])
        assert dataset.plane(case) == row["plane_visual"]
        assert not row["pid"] or case.patient == row["pid"]
    assert dataset.spacing(dataset[0]) == pytest.approx(
        0.49 if folder == "figshare512" else 0.98
    )


@pytest.mark.real
def test_real_blocks_and_folds_of_all_images(shared_data):
    labels = loadmat(shared_data / "label.mat")["label"].ravel()
    assert list(labels) == [LABELS[i] for i in range(1, TOTAL + 1)]
    folds = read_cvind(shared_data / "cvind5fold.mat")
    assert np.bincount(folds).tolist() == [0, 570, 655, 562, 613, 664]
    with open(shared_data / "figshare_index.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(folds) == [int(row["author_fold"]) for row in rows]
    assert list(PLANES[int(row["idx"])] for row in rows) == [
        row["plane_visual"] for row in rows
    ]


def test_own_slices_have_their_own_name(phantom_copy):
    (phantom_copy / "phantom.json").unlink()
    (phantom_copy / "dataset.json").write_text('{"name": "my-hospital"}')
    (phantom_copy / "1.mat").rename(phantom_copy / "99999.mat")
    dataset = FigshareDataset(phantom_copy)
    assert dataset.name == "my-hospital"
    assert dataset.total == len(dataset) == 24
    assert dataset.author_folds is None
    assert dataset.plane(dataset[0]) is None


def test_own_name_must_be_a_word(phantom_copy):
    (phantom_copy / "dataset.json").write_text('{"title": "mine"}')
    with pytest.raises(UserError, match="my-hospital"):
        FigshareDataset(phantom_copy)
