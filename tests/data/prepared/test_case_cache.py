"""The cache of prepared cases: complete or absent, never mixed, never damaged."""

import errno
import signal
import time

import numpy as np
import pytest

from common.errors import UserError
from common.files import read_json
from data.prepared.case_cache import CaseCache
from tests.disks import run_python, small_disk

SETTINGS = {"image_size": 8, "resampling": "area"}
RANDOM = np.random.default_rng(0)
IMAGE = RANDOM.random((8, 8, 1), np.float32)
MASK = (IMAGE > 0.5).astype(np.uint8)


@pytest.fixture
def cache(tmp_path):
    cache = CaseCache(tmp_path, "figshare", SETTINGS)
    cache.write("1", "digest of 1.mat", {"image": IMAGE, "mask": MASK})
    return cache


def test_reads_what_was_written(cache, tmp_path):
    again = CaseCache(tmp_path, "figshare", dict(reversed(SETTINGS.items())))
    mask, image = again.read("1", ("mask", "image"))
    np.testing.assert_array_equal(image, IMAGE)
    np.testing.assert_array_equal(mask, MASK)
    assert (image.dtype, mask.dtype) == (np.float32, np.uint8)
    assert read_json(cache.folder / "settings.json") == SETTINGS
    assert cache.folder.name.startswith("figshare-")


def test_batch_has_the_requested_order(cache):
    cache.write("2", "s", {"image": IMAGE + 1, "mask": 1 - MASK})
    image, mask = cache.read_batch(("2", "1", "2"), ("image", "mask"))
    np.testing.assert_array_equal(image, [IMAGE + 1, IMAGE, IMAGE + 1])
    np.testing.assert_array_equal(mask, [1 - MASK, MASK, 1 - MASK])


def test_the_same_case_is_the_same_bytes_at_any_time(cache, tmp_path):
    again = CaseCache(tmp_path / "again", "figshare", SETTINGS)
    time.sleep(1.1 - time.time() % 1)  # HDF5 tells times by the second
    again.write("1", "digest of 1.mat", {"image": IMAGE, "mask": MASK})
    assert again.path("1").read_bytes() == cache.path("1").read_bytes()


def test_parts_and_attributes(cache):
    image = RANDOM.random((9, 7, 2))
    arrays, chunks = {"image": image, "all": image}, {"image": (4, 99, 2)}
    cache.write("2", "s", arrays, chunks, {"mean": np.float64([1, 2]), "n": 3})
    with cache.open("2") as file:
        assert file["image"].chunks == (4, 7, 2)
        assert file["all"].chunks == image.shape
        np.testing.assert_array_equal(file["image"][3:5, 1:], image[3:5, 1:])
        assert (file.attrs["mean"].tolist(), file.attrs["n"]) == ([1, 2], 3)


def test_other_settings_are_another_folder(cache, tmp_path):
    other = CaseCache(tmp_path, "figshare", {**SETTINGS, "image_size": 16})
    assert other.folder != cache.folder
    assert not other.holds("1", "digest of 1.mat")


def test_changed_source_is_prepared_again(cache):
    assert cache.holds("1", "digest of 1.mat")
    assert not cache.holds("1", "digest of a changed 1.mat")
    assert not cache.holds("2", "digest of 1.mat")
    cache.write("1", "digest of a changed 1.mat", {"image": IMAGE + 1})
    assert cache.holds("1", "digest of a changed 1.mat")
    np.testing.assert_array_equal(cache.read("1", ["image"])[0], IMAGE + 1)


def test_missing_case_or_array(cache):
    for case_id, name in (("2", "image"), ("1", "map")):
        with pytest.raises(UserError, match="expected a prepared case") as caught:
            cache.read(case_id, [name])
        assert caught.value.file == str(cache.path(case_id))
        assert "prepare stage" in caught.value.next_step


def test_damaged_bytes_are_found(cache):
    """A flipped bit anywhere is harmless or an error, in data and headers alike."""
    path, stride = cache.path("1"), 7
    whole = path.read_bytes()
    found = 0
    for position in range(0, len(whole), stride):
        damaged = bytearray(whole)
        damaged[position] ^= 1 << position % 8
        path.write_bytes(damaged)
        try:
            image, mask = cache.read("1", ("image", "mask"))
        except UserError as error:
            assert error.file == str(path)
            found += 1
        else:
            np.testing.assert_array_equal(image, IMAGE, err_msg=str(position))
            np.testing.assert_array_equal(mask, MASK, err_msg=str(position))
    assert found >= (IMAGE.nbytes + MASK.nbytes) // stride


@pytest.mark.parametrize("share", [0, 0.3, 0.9, 0.999])
def test_truncated_file_is_found(cache, share):
    path = cache.path("1")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    assert not cache.holds("1", "digest of 1.mat")
    with pytest.raises(UserError, match="delete the file"):
        cache.read("1", ["image"])
    cache.write("1", "digest of 1.mat", {"image": IMAGE})
    np.testing.assert_array_equal(cache.read("1", ["image"])[0], IMAGE)


def sibling(tmp_path, cache, **settings):
    return CaseCache(tmp_path, cache.name, {**SETTINGS, **settings})


def test_siblings_differ_only_in_the_named_setting(cache, tmp_path):
    ours = sibling(tmp_path, cache, image_size=16)
    assert [other.folder for other in ours.siblings("image_size")] == [cache.folder]
    assert ours.siblings("resampling") == []
    assert cache.siblings("image_size") == [], "of itself, or one that is not there"
    assert sibling(tmp_path, cache, image_size=16, crop=1).siblings("image_size") == []
    other_name = CaseCache(tmp_path, "brats17", ours.settings)
    assert other_name.siblings("image_size") == []


@pytest.mark.parametrize("text", ["", "[1]", '{"image_size": 9, "resampling": "area"}'])
def test_folder_that_does_not_match_its_settings_is_no_sibling(cache, tmp_path, text):
    (cache.folder / "settings.json").write_text(text)
    assert sibling(tmp_path, cache, image_size=16).siblings("image_size") == []


def test_takes_over_by_a_link(cache, tmp_path):
    ours = sibling(tmp_path, cache, image_size=16)
    assert not ours.take_over("1", "digest of a changed 1.mat", cache)
    assert not ours.take_over("2", "digest of 1.mat", cache)
    assert not ours.folder.exists()
    assert ours.take_over("1", "digest of 1.mat", cache)
    assert ours.path("1").samefile(cache.path("1"))
    assert read_json(ours.folder / "settings.json") == ours.settings
    assert ours.holds("1", "digest of 1.mat")

    ours.write("1", "new", {"image": IMAGE + 1})
    np.testing.assert_array_equal(cache.read("1", ["image"])[0], IMAGE)


def test_takes_over_by_a_copy_if_there_are_no_links(cache, tmp_path, monkeypatch):
    def refuse(*paths):
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr("data.prepared.case_cache.os.link", refuse)
    ours = sibling(tmp_path, cache, image_size=16)
    assert ours.take_over("1", "digest of 1.mat", cache)
    assert not ours.path("1").samefile(cache.path("1"))
    assert ours.path("1").read_bytes() == cache.path("1").read_bytes()


def test_damaged_cases_are_not_taken_over(cache, tmp_path):
    """A flipped bit anywhere: what is taken reads as what was written."""
    ours = sibling(tmp_path, cache, image_size=16)
    content = cache.path("1").read_bytes()
    refused, stride = 0, 23
    for position in range(0, len(content), stride):
        damaged = bytearray(content)
        damaged[position] ^= 1 << position % 8
        cache.path("1").write_bytes(damaged)
        if ours.take_over("1", "digest of 1.mat", cache):
            image, mask = ours.read("1", ("image", "mask"))
            np.testing.assert_array_equal(image, IMAGE)
            np.testing.assert_array_equal(mask, MASK)
            ours.path("1").unlink()
        else:
            refused += 1
    assert refused >= (IMAGE.nbytes + MASK.nbytes) // stride
    cache.path("1").write_bytes(content[:-1])
    assert not ours.take_over("1", "digest of 1.mat", cache)


WRITE = """
import os, pathlib, signal, sys
import numpy as np
from common import files
from data.prepared.case_cache import CaseCache

def kill(*paths):
    os.kill(os.getpid(), signal.SIGKILL)

cache = CaseCache(pathlib.Path(sys.argv[1]), "figshare", {})
cache.write("1", "old", {"image": np.zeros((8, 8, 1), np.float32)})
files.os.replace = kill
cache.write("1", "new", {"image": np.ones((8, 8, 1), np.float32)})
"""


def test_kill_leaves_the_old_case(tmp_path):
    done = run_python(WRITE, tmp_path)
    assert done.returncode == -signal.SIGKILL, done.stderr
    cache = CaseCache(tmp_path, "figshare", {})
    assert cache.holds("1", "old")
    assert not cache.read("1", ["image"])[0].any()


@pytest.mark.parametrize("size", [10_000, 30_000, 300_000])
def test_full_disk_leaves_the_old_case(tmp_path, size):
    with small_disk(tmp_path, "48k"):
        cache = CaseCache(tmp_path, "figshare", {})
        cache.write("1", "old", {"image": np.zeros((5000,), np.float32)})
        with pytest.raises(UserError, match="Received: No space left on device"):
            cache.write("1", "new", {"image": np.ones((size,), np.float32)})
        assert cache.holds("1", "old")
        assert not cache.read("1", ["image"])[0].any()


def test_root_that_is_a_file(tmp_path):
    (tmp_path / "cache").write_text("not a folder")
    cache = CaseCache(tmp_path / "cache", "figshare", {})
    with pytest.raises(UserError, match="to be able to write it"):
        cache.write("1", "s", {"image": IMAGE})
