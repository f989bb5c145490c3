"""Where slices are: as delivered, as unpacked by hand, in upper or lower case."""

import shutil

import pytest

from common.errors import UserError
from common.files import read_json, write_json
from data.figshare.check import check_figshare
from data.figshare.dataset import FigshareDataset
from data.figshare.layout import find_cvind, slice_files
from data.ignored import is_ignored


@pytest.fixture
def delivered(phantom_root, tmp_path):
    """Two folders, as unpacking the archives of the data set leaves them."""
    root = tmp_path / "figshare"
    for index, path in slice_files(phantom_root)[0]:
        first = index <= 12
        folder = (
            "brainTumorDataPublic_1-766" if first else "brainTumorDataPublic_767-1532"
        )
        (root / folder / "__MACOSX").mkdir(parents=True, exist_ok=True)
        shutil.copy(path, root / folder / (path.name if first else f"{index}.MAT"))
    for name in ("phantom.json", "cvind.mat"):
        shutil.copy(phantom_root / name, root / name)
    return root


def test_folders_of_the_archives(delivered, phantom_root):
    files, others = slice_files(delivered)
    assert [index for index, _ in files] == list(range(1, 25)) and others == []
    found = FigshareDataset(delivered)
    assert len(found) == 24
    assert found.fingerprint() == FigshareDataset(phantom_root).fingerprint()
    assert {one.code for one in check_figshare(delivered)} == {"coverage"}


def test_what_lies_beside_the_folders_is_left_out(delivered):
    (delivered / "brainTumorDataPublic_1-766" / "README.txt").touch()
    (delivered / "empty").mkdir()
    _, others = slice_files(delivered)
    assert [path.name for path in others] == ["README.txt"]


def test_folders_below_slices_are_not_searched(phantom_copy):
    (phantom_copy / "old").mkdir()
    shutil.copy(phantom_copy / "3.mat", phantom_copy / "old")
    files, others = slice_files(phantom_copy)
    assert len(files) == 24 and others == [phantom_copy / "old"]


def test_one_index_in_two_cases(phantom_copy):
    shutil.copy(phantom_copy / "3.mat", phantom_copy / "3.MAT")
    with pytest.raises(UserError, match="each index once"):
        FigshareDataset(phantom_copy)


def test_packed_archives_are_to_be_unpacked(tmp_path):
    for number in range(4):
        (tmp_path / f"{number}.zip").touch()
    with pytest.raises(UserError, match=r"none, but 4 \.zip files \(unpack them\)"):
        slice_files(tmp_path)


def test_folds_of_the_author_in_upper_case(phantom_copy):
    (phantom_copy / "cvind.mat").rename(phantom_copy / "CVIND.MAT")
    assert find_cvind(phantom_copy, is_phantom=True).name == "CVIND.MAT"
    assert slice_files(phantom_copy)[1] == []


@pytest.mark.parametrize(
    "name", ["__MACOSX", "._1.mat", ".DS_Store", "Thumbs.db", "desktop.ini"]
)
def test_what_systems_leave_is_ignored(name):
    assert is_ignored(name) and not is_ignored(f"1{name}")


@pytest.mark.parametrize("changes", [{"count": "24"}, {"planes": []}])
def test_a_phantoms_notes_that_are_damaged(phantom_copy, changes):
    notes = read_json(phantom_copy / "phantom.json") | changes
    write_json(phantom_copy / "phantom.json", notes)
    with pytest.raises(UserError, match="phantom.json: expected count and planes"):
        FigshareDataset(phantom_copy)
