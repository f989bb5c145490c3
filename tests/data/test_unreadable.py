"""What the operating system refuses is said in words, and ends nothing else."""

import os
import shutil

import h5py
import pytest

from common.errors import UserError
from common.files import lock, os_error_of, read_json, sha256
from data.brats.check import check_brats
from data.brats.dataset import BratsDataset
from data.figshare.check import check_figshare
from data.phantom.brats.write import write_phantom
from data.scans.find import find_scan
from data.volume.files import read_geometry, read_volume


@pytest.fixture(scope="module")
def brats(tmp_path_factory):
    """A small phantom; not to be changed."""
    root = tmp_path_factory.mktemp("phantoms") / "brats17"
    write_phantom(root, "brats17", hgg=2, lgg=1, shape=(16, 48, 48))
    return root


@pytest.fixture
def root(brats, tmp_path):
    """A copy of the phantom, to be changed at will."""
    return shutil.copytree(brats, tmp_path / "copy")


def broken(path):
    """Replaces a file with a link to a disk that is not mounted."""
    path.unlink(missing_ok=True)
    path.symlink_to("/unmounted/archive/file")
    return path


@pytest.mark.parametrize("name", ["a.nii.gz", "a.mha", "a.mat", "a.json"])
def test_a_broken_link_is_named(tmp_path, name):
    path = broken(tmp_path / name)
    read = {".json": [read_json, sha256], ".mat": [sha256]}
    for function in read.get(path.suffix, [read_volume, read_geometry, sha256]):
        with pytest.raises(UserError, match="link to /unmounted/archive/file") as error:
            function(path)
        assert "No such file" in str(error.value)
        assert "download" not in error.value.next_step


def test_the_check_of_brats_continues_after_a_broken_link(root):
    path = broken(next(root.rglob("*_t1.nii.gz")))
    (found,) = [one for one in check_brats(root) if one.severity == "error"]
    assert (found.code, found.file) == ("unreadable", str(path))
    assert "link to" in found.found and "correct the link" in found.fix
    with pytest.raises(UserError, match="link to"):
        BratsDataset(root).fingerprint()


def test_the_check_of_figshare_continues_after_a_broken_link(phantom_copy):
    path = broken(phantom_copy / "3.mat")
    (found,) = [one for one in check_figshare(phantom_copy) if one.severity == "error"]
    assert (found.code, found.file) == ("unreadable", str(path))
    assert "download" not in found.fix


def refuse(monkeypatch, function, name, number):
    """Lets a function of `os` fail for a path that ends in a name."""
    real = getattr(os, function)

    def refusing(path=".", *arguments):
        if str(path).endswith(name):
            raise OSError(number, os.strerror(number), str(path))
        return real(path, *arguments)

    monkeypatch.setattr(os, function, refusing)


@pytest.mark.parametrize("number", [5, 13, 116])  # disk, permission, stale handle
def test_a_case_that_cannot_be_listed_is_one_finding(root, monkeypatch, number):
    folder = sorted((root / "HGG").iterdir())[0]
    refuse(monkeypatch, "scandir", folder.name, number)
    (found,) = [one for one in check_brats(root) if one.severity == "error"]
    assert (found.code, found.file) == ("unreadable", str(folder))
    assert os.strerror(number) in found.found
    with pytest.raises(UserError, match=os.strerror(number)):
        BratsDataset(root)


def test_an_unreadable_folder_beside_the_data_does_not_matter(root, monkeypatch):
    (root.parent / "private").mkdir()
    refuse(monkeypatch, "scandir", "private", 13)
    assert len(BratsDataset(root.parent)) == 3


def test_a_scan_whose_folder_cannot_be_listed(root, monkeypatch):
    folder = sorted((root / "HGG").iterdir())[0]
    refuse(monkeypatch, "listdir", folder.name, 13)
    with pytest.raises(UserError, match="Permission denied"):
        find_scan(folder)


def test_slices_are_read_where_files_cannot_be_locked(phantom_root, monkeypatch):
    real = h5py.File

    def without_locks(path, mode="r", locking=None, **options):
        if mode == "r" and locking is not False:
            raise OSError("unable to lock file, errno = 37, error message = 'No locks'")
        return real(path, mode, locking=locking, **options)

    monkeypatch.setattr(h5py, "File", without_locks)
    assert {one.code for one in check_figshare(phantom_root)} == {"coverage"}


def test_a_failing_disk_does_not_damage_a_slice(phantom_copy, monkeypatch):
    def failing(path, mode="r", **options):
        raise OSError("Can't read data (errno = 5, error message = 'Input/output')")

    monkeypatch.setattr(h5py, "File", failing)
    found = [one for one in check_figshare(phantom_copy) if one.code == "unreadable"]
    assert len(found) == 25 and "Input/output error" in found[0].found


def test_errors_of_hdf5():
    assert os_error_of(OSError("truncated file: eof = 96, errno = 0")) is None
    assert os_error_of(KeyError("cjdata")) is None
    assert os_error_of(OSError("open failed (errno = 13)")).errno == 13
    assert os_error_of(PermissionError(13, "x")).strerror == "Permission denied"


def test_a_file_system_without_locks_is_not_in_use(tmp_path, monkeypatch):
    def flock(file, kind):
        raise OSError(37, "No locks available")

    monkeypatch.setattr("fcntl.flock", flock)
    with pytest.raises(UserError, match="No locks available") as error, lock(tmp_path):
        pass
    assert "wait" not in error.value.next_step
