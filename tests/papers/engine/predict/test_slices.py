"""Which files of a folder are slices."""

import shutil

import pytest

from common.errors import UserError
from data.phantom.figshare.write import write_phantom
from papers.engine.predict.slices import SliceFiles


@pytest.fixture
def root(tmp_path):
    write_phantom(tmp_path / "figshare", count=4, size=64, max_slices=1)
    return tmp_path / "figshare"


def listed(root):
    return [(name, path.parent) for name, path in SliceFiles().list_cases(root)]


def test_files_beside_the_slices_are_none(root):
    assert (root / "cvind.mat").exists()
    (root / "5.mat").mkdir()
    assert listed(root) == [(str(n), root) for n in range(1, 5)]


def test_four_folders_as_delivered(root):
    for number, name in ((1, "first"), (2, "first"), (3, "second"), (4, "second")):
        (root / name).mkdir(exist_ok=True)
        suffix = ".MAT" if number == 4 else ".mat"
        shutil.move(root / f"{number}.mat", root / name / f"{number}{suffix}")
    folders = [root / "first"] * 2 + [root / "second"] * 2
    assert listed(root) == list(zip("1234", folders, strict=True))


def test_no_slice_anywhere(tmp_path):
    (tmp_path / "folder" / "deeper").mkdir(parents=True)
    (tmp_path / "folder" / "deeper" / "1.png").touch()
    with pytest.raises(UserError, match="or one level below.*none of them"):
        SliceFiles().list_cases(tmp_path)
