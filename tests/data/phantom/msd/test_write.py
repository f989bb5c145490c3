"""The phantom of the Decathlon: its layout, its brains, and that it is repeated."""

import nibabel
import numpy as np
import pytest

from common.errors import UserError
from common.files import sha256
from data.brats.dataset import BratsDataset
from data.brats.releases import MODALITIES
from data.msd.dataset import MsdDataset
from data.phantom.brats.write import write_phantom as write_brats
from data.phantom.msd.write import write_phantom

SMALL = (16, 48, 48)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A small phantom; not to be changed."""
    root = tmp_path_factory.mktemp("phantom") / "msd"
    write_phantom(root, count=3, shape=SMALL)
    return root


def test_files_are_like_the_real_ones(root):
    image = nibabel.load(root / "imagesTr" / "BRATS_001.nii.gz")
    assert image.shape == (48, 48, 16, 4) and image.get_data_dtype() == np.float32
    np.testing.assert_array_equal(image.affine, np.eye(4))
    labels = np.asarray(nibabel.load(root / "labelsTr" / "BRATS_001.nii.gz").dataobj)
    assert set(np.unique(labels)) == {0, 1, 2, 3}
    names = sorted(path.name for path in (root / "imagesTs").iterdir())
    assert names == ["._BRATS_004.nii.gz", "BRATS_004.nii.gz"]


def test_its_brains_are_those_of_the_brats_phantom(root, tmp_path):
    write_brats(tmp_path / "brats", "brats17", hgg=1, lgg=0, shape=SMALL)
    here, there = MsdDataset(root), BratsDataset(tmp_path / "brats")
    assert here.name == "phantom"
    for name in MODALITIES:
        expected = there.read_image(there[0], name)
        np.testing.assert_array_equal(here.read_image(here[0], name), expected)
    np.testing.assert_array_equal(
        here.read_labels(here[0]), there.read_labels(there[0])
    )
    assert here.geometry(here[0]).same_axes(there.geometry(there[0]))


def test_it_is_repeated_and_kept(root, tmp_path):
    write_phantom(tmp_path / "again", count=3, shape=SMALL)
    for path in root.rglob("*.*"):
        if path.is_file():
            assert sha256(tmp_path / "again" / path.relative_to(root)) == sha256(path)
    before = (root / "dataset.json").stat().st_mtime_ns
    write_phantom(root, count=3, shape=SMALL)
    assert (root / "dataset.json").stat().st_mtime_ns == before
    with pytest.raises(UserError, match="the very same phantom"):
        write_phantom(root, count=4, shape=SMALL)


def test_test_cases_alone(tmp_path):
    write_phantom(tmp_path, count=2, shape=SMALL, labeled=False)
    dataset = MsdDataset(tmp_path)
    assert len(dataset) == 2 and len(dataset.labeled()) == 0


@pytest.mark.parametrize(
    "wrong", [{"count": 0}, {"shape": (8, 48, 48)}, {"shape": (9,)}]
)
def test_arguments_out_of_range(tmp_path, wrong):
    with pytest.raises(ValueError, match="Expected"):
        write_phantom(tmp_path, **wrong)
