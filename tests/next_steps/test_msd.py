"""Folders of the Decathlon, and single files of it."""

import gzip
import shutil

import pytest

from data.msd.dataset import MsdDataset
from data.msd.description import read_description
from data.msd.layout import find_layout
from data.msd.scan import msd_scan
from data.scans.scan import read_case
from data.volume.channels import read_channels
from tests.data.msd.trees import describe, save, volumes, write_tree
from tests.next_steps.test_brats import checked

DATASET = "data/msd/dataset.py"


@pytest.fixture
def root(tmp_path):
    write_tree(tmp_path / "msd")
    return tmp_path / "msd"


def image(root):
    return root / "imagesTr" / "BRATS_001.nii.gz"


def test_a_folder_of_nothing(told, answer, tmp_path):
    with told("data/msd/layout.py:_nothing") as caught:
        find_layout(tmp_path)
    step = caught.value.next_step
    assert "`make data-msd`" in step and "`make phantom-msd DATA=folder`" in step
    words = ["--folder", "folder", "--count", "1", "--shape", "16,48,48"]
    assert answer("phantom", "msd", *words) is None
    assert find_layout(tmp_path / "folder").cases


def test_another_description(told, root):
    kept = (root / "dataset.json").read_text()
    describe(root, channels=("CT",))
    with told("data/msd/description.py:read_description") as caught:
        read_description(root)
    assert "copy dataset.json from the archive again" in caught.value.next_step
    (root / "dataset.json").write_text(kept)
    assert read_description(root).training


def test_an_image_that_is_missing_or_twice(told, root):
    content = image(root).read_bytes()
    shutil.copy(image(root), root / "imagesTs")
    with told(f"{DATASET}:_check_complete") as caught:
        MsdDataset(root)
    assert checked(caught.value.next_step)
    (root / "imagesTs" / "BRATS_001.nii.gz").unlink()
    image(root).unlink()
    with told(f"{DATASET}:_check_complete") as caught:
        MsdDataset(root)
    assert checked(caught.value.next_step)
    image(root).write_bytes(content)
    assert len(MsdDataset(root)) == 3


def test_volumes_that_are_others(told, root):
    save(image(root), volumes()[0][:3])
    with told(f"{DATASET}:_require_channels") as caught:
        MsdDataset(root)
    assert str(image(root)) in checked(caught.value.next_step)
    save(image(root), volumes()[0])
    content = bytearray(gzip.decompress(image(root).read_bytes()))
    content[296:312] = bytes(16)  # the second row of the affine
    image(root).write_bytes(gzip.compress(content))
    with told(f"{DATASET}:_file_geometry") as caught:
        MsdDataset(root)
    assert str(image(root)) in checked(caught.value.next_step)
    save(image(root), volumes()[0])
    assert MsdDataset(root).read_images(MsdDataset(root)[0])


def test_one_volume_where_several_are_expected(told, root):
    save(image(root), volumes()[0][0])
    with told("data/volume/header.py:checked_channels") as caught:
        read_channels(image(root))
    assert "download the file again" in caught.value.next_step
    save(image(root), volumes()[0])
    assert len(read_channels(image(root))[0]) == 4


def test_a_file_of_ones_own(told, root, tmp_path):
    lonely = tmp_path / "mine" / "imagesTr" / "lonely.nii.gz"
    save(lonely, volumes()[0])
    with told("data/msd/scan.py:msd_scan") as caught:
        msd_scan(lonely)
    assert "put dataset.json there" in caught.value.next_step
    shutil.copy(root / "dataset.json", tmp_path / "mine")
    case = msd_scan(lonely)
    save(lonely, volumes()[0][:2])
    with told("data/scans/scan.py:read_case") as caught:
        read_case(case)
    assert "as the Decathlon has it" in caught.value.next_step
    save(lonely, volumes()[0])
    assert len(read_channels(lonely)[0]) == 4
