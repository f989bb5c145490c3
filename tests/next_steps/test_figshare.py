"""Folders and downloads of the figshare set."""

import hashlib
import io
import shutil
import zipfile

import pytest

from common.files import read_json, write_json
from data.figshare import download
from data.figshare.dataset import FigshareDataset
from data.figshare.download import RemoteFile, download_figshare
from data.figshare.layout import slice_files
from data.figshare.mat_writer import write_cvind
from data.folder_notes import read_own_name
from data.phantom.figshare.write import write_phantom
from tests.data.figshare.test_download import server  # noqa: F401


@pytest.fixture
def root(tmp_path):
    write_phantom(tmp_path / "figshare", count=3, size=64, max_slices=1)
    return tmp_path / "figshare"


def test_no_slices(told, answer, tmp_path):
    with told("data/figshare/layout.py:_no_slices") as caught:
        slice_files(tmp_path)
    step = caught.value.next_step
    assert "`make data-figshare`" in step
    assert "`make phantom-figshare DATA=folder`" in step
    assert answer("phantom", "figshare", "--folder", "folder", "--count", "2") is None
    assert len(slice_files(tmp_path / "folder")[0]) == 2


@pytest.mark.parametrize("name", ["4.mat", "03.mat"])
def test_an_index_too_many(told, root, name):
    """Outside of the data set, and a second time."""
    shutil.copy(root / "3.mat", root / name)
    place = "data/figshare/dataset.py:_add"
    with told(place) as caught:
        FigshareDataset(root)
    if name == "4.mat":
        assert "move the file elsewhere" in caught.value.next_step
    else:
        assert caught.value.next_step == "delete one of the two"
        place = "data/figshare/dataset.py:_add"
    (root / name).rename(root.parent / name)
    assert len(FigshareDataset(root)) == 3


def test_author_folds_of_other_data(told, root):
    write_cvind(root / "cvind.mat", [1, 2])
    with told("data/figshare/dataset.py:_read_author_folds") as caught:
        FigshareDataset(root).author_folds  # noqa: B018
    assert "or delete it" in caught.value.next_step
    (root / "cvind.mat").unlink()
    assert FigshareDataset(root).author_folds is None


def test_a_folder_of_something_else(told, root):
    (root / "phantom.json").write_text("{}")
    with told("data/folder_notes.py:holds_phantom") as caught:
        write_phantom(root, count=3, size=64, max_slices=1)
    assert caught.value.next_step == "choose another folder, or delete this one"
    shutil.rmtree(root)
    write_phantom(root, count=3, size=64, max_slices=1)


def test_a_phantoms_notes_that_are_damaged(told, answer, root):
    notes = read_json(root / "phantom.json")
    write_json(root / "phantom.json", notes | {"count": "three"})
    with told("data/figshare/layout.py:read_phantom_settings") as caught:
        FigshareDataset(root)
    assert "`make phantom-figshare DATA=folder`" in caught.value.next_step
    shutil.rmtree(root)
    assert answer("phantom", "figshare", "--folder", root, "--count", "2") is None
    assert len(FigshareDataset(root)) == 2


def test_a_name_of_ones_own(told, tmp_path):
    path = tmp_path / "dataset.json"
    path.write_text('{"name": "a b"}')
    with told("data/folder_notes.py:read_own_name") as caught:
        read_own_name(tmp_path)
    assert caught.value.next_step == "correct the file"
    path.write_text(caught.value.expected.partition(", with")[0])
    assert read_own_name(tmp_path) == "my-hospital"


@pytest.fixture
def archive(server, root):  # noqa: F811
    """A served archive of one slice; downloads it into a folder."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.write(root / "1.mat", "1.mat")
    content = content.getvalue()
    server.content["/1"] = content
    md5 = hashlib.md5(content).hexdigest()
    one = RemoteFile("one.zip", 1, len(content), md5, 1)

    def get(folder, file=one):
        download_figshare(folder, lambda line: None, server.url, [file])
        return (folder / "1.mat").is_file()

    get.file, get.server = one, server
    return get


def test_a_server_that_fails(told, archive, tmp_path):
    archive.server.break_after = 100
    with told("data/download/resume.py:_error") as caught:
        archive(tmp_path / "new")
    assert "run the command again" in caught.value.next_step
    assert archive(tmp_path / "new")


def test_a_part_that_cannot_be_written(told, archive, tmp_path):
    part = tmp_path / "new" / "downloads" / "one.zip.part"
    part.mkdir(parents=True)
    with told("data/download/resume.py:download") as caught:
        archive(tmp_path / "new")
    assert "make the folder writable, then try again" in caught.value.next_step
    part.rmdir()
    assert archive(tmp_path / "new")


def test_another_checksum(told, archive, tmp_path):
    good = archive.server.content["/1"]
    archive.server.content["/1"] = good[:-1] + b"?"
    with told("data/download/retrieve.py:retrieve") as caught:
        archive(tmp_path / "new")
    step = caught.value.next_step
    assert step.endswith(f"into {tmp_path / 'new' / 'downloads'}")
    (tmp_path / "new" / "downloads" / "one.zip").write_bytes(good)
    assert archive(tmp_path / "new")


def test_an_archive_of_other_files(told, archive, tmp_path):
    file = archive.file
    wrong = RemoteFile(file.name, file.file_id, file.size, file.md5, 2)
    with told("data/figshare/download.py:_bad_archive") as caught:
        archive(tmp_path / "new", wrong)
    assert caught.value.next_step == "delete it, then `make data-figshare`"
    (tmp_path / "new" / "downloads" / "one.zip").unlink()
    assert archive(tmp_path / "new")
    assert download.FILES[0].slices == 766


def test_a_file_that_was_changed(told, archive, tmp_path):
    assert archive(tmp_path / "new")
    (tmp_path / "new" / "1.mat").write_bytes(b"changed")
    with told("data/download/place.py:foreign_file") as caught:
        archive(tmp_path / "new")
    assert "delete it and run the command again" in caught.value.next_step
    (tmp_path / "new" / "1.mat").unlink()
    assert archive(tmp_path / "new")


def test_a_folder_that_cannot_be_made(told, archive, tmp_path):
    (tmp_path / "file").write_text("")
    with told("common/files.py:_open_lock") as caught:
        archive(tmp_path / "file")
    assert "make the folder writable" in caught.value.next_step
    (tmp_path / "file").unlink()
    assert archive(tmp_path / "file")
