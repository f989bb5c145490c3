"""Preparation: every case once and complete, whatever happens in between."""

import shutil

import numpy as np
import pytest

from common.errors import UserError
from data import lines as lines_of_progress
from data.brats.dataset import BratsDataset
from data.prepared import prepare
from data.prepared.n4 import N4
from data.prepared.prepare import hash_cases, prepare_volumes
from data.prepared.prepare_case import open_task
from data.prepared.volume_cache import VolumeCache
from tests.data.prepared.brats17_tree import (
    MODALITIES,
    DyingDataset,
    case_id,
    file_of,
    read_file,
    write_file,
    write_tree,
)
from tests.disks import small_disk

COUNT = 4
FAST_N4 = N4(shrink=2, iterations=(5,), exclude=("flair",))


@pytest.fixture
def root(tmp_path):
    write_tree(tmp_path / "brats", COUNT)
    return tmp_path / "brats"


def cache_in(folder, n4=None, fingerprint="fingerprint"):
    return VolumeCache(folder / "cache", "brats17", fingerprint, n4)


def quiet(line):
    pass


def prepared(cache):
    return sorted(path.stem for path in cache.folder.glob("*.h5"))


def whole(cache, number, name):
    info = cache.info(case_id(number))
    return cache.window(case_id(number), [name], (0, 0, 0), info.shape)[0]


def check_against_files(cache, root, number):
    images = whole(cache, number, "images")
    for channel, modality in enumerate(MODALITIES):
        expected = read_file(root, number, modality)
        np.testing.assert_array_equal(images[..., channel], expected)
    labels = read_file(root, number, "seg")
    np.testing.assert_array_equal(whole(cache, number, "labels"), labels)
    assert cache.info(case_id(number)).modalities == MODALITIES


def test_prepares_once(root, tmp_path):
    cache, lines = cache_in(tmp_path), []
    assert prepare_volumes(BratsDataset(root), cache, 2, lines.append) == COUNT
    for number in range(COUNT):
        check_against_files(cache, root, number)
    affine = np.diag([-1.0, -1, 1, 1])
    affine[1, 3] = 239
    np.testing.assert_array_equal(cache.info(case_id(0)).affine, affine)
    assert lines[0].startswith("4 cases to prepare, 0 already done")
    assert lines[1] == "they will take at most 1 MB and about 1 s"
    assert lines[2].startswith("3 more will take about ")
    assert lines[-1].startswith("prepared 4 cases")

    times = {path: path.stat().st_mtime_ns for path in cache.folder.glob("*.h5")}
    assert prepare_volumes(BratsDataset(root), cache, 2, lines.append) == 0
    assert lines[-1].startswith("0 cases to prepare, 4 already done")
    assert times == {
        path: path.stat().st_mtime_ns for path in cache.folder.glob("*.h5")
    }


def test_changed_or_broken_cases_are_prepared_again(root, tmp_path):
    cache = cache_in(tmp_path)
    prepare_volumes(BratsDataset(root), cache, say=quiet)
    times = {name: cache.path(name).stat().st_mtime_ns for name in prepared(cache)}
    write_file(root, 1, "t1", read_file(root, 1, "t1") * 2)
    file_of(root, 2, "seg").unlink()
    content = cache.path(case_id(3)).read_bytes()
    cache.path(case_id(3)).write_bytes(content[: len(content) // 2])
    assert prepare_volumes(BratsDataset(root), cache, say=quiet) == 3
    check_against_files(cache, root, 1)
    check_against_files(cache, root, 3)
    with pytest.raises(UserError, match="labels"):
        whole(cache, 2, "labels")
    assert cache.path(case_id(3)).read_bytes() == content
    assert cache.path(case_id(0)).stat().st_mtime_ns == times[case_id(0)]


def test_a_case_that_changes_while_it_is_prepared_is_not_kept(root, tmp_path):
    """Its values would be those of another digest."""
    dataset, cache = BratsDataset(root), cache_in(tmp_path)
    source = hash_cases(dataset, say=quiet)[case_id(1)]
    cache.folder.mkdir(parents=True)
    work = open_task(BratsDataset, dataset.arguments, cache)
    task = (case_id(1), source, prepare._states(dataset, dataset[1]), 1)
    write_file(root, 1, "t2", read_file(root, 1, "t2") + 1)
    with pytest.raises(UserError, match="t2.*changed meanwhile.*run the command again"):
        work(task)
    assert prepared(cache) == []
    dataset = BratsDataset(root)
    source = hash_cases(dataset, say=quiet)[case_id(1)]
    work((case_id(1), source, prepare._states(dataset, dataset[1]), 1))
    check_against_files(cache, root, 1)


def test_n4_corrects_all_but_the_excluded_modalities(root, tmp_path):
    dataset = BratsDataset(root)
    raw, cache = cache_in(tmp_path), cache_in(tmp_path, FAST_N4)
    prepare_volumes(dataset, raw, say=quiet)
    prepare_volumes(dataset, cache, say=quiet)
    assert raw.folder != cache.folder
    assert prepared(raw) == prepared(cache)
    before, after = whole(raw, 0, "images"), whole(cache, 0, "images")
    assert (before.dtype, after.dtype) == (np.int16, np.float32)
    np.testing.assert_array_equal(after[..., 0], before[..., 0])
    np.testing.assert_array_equal(after > 0, before > 0)
    for channel in (1, 2, 3):
        expected = FAST_N4.correct(before[..., channel], (1.0, 1.0, 1.0))
        np.testing.assert_array_equal(after[..., channel], expected)
    own = after[after[..., 1] != 0][:, 1].astype(np.float64)
    mean, std = cache.info(case_id(0)).statistics["nonzero"]
    assert (mean[1], std[1]) == pytest.approx((own.mean(), own.std()), rel=1e-12)
    with pytest.raises(ValueError, match="exclude"):
        prepare_volumes(dataset, cache_in(tmp_path, N4(exclude=("FLAIR",))))


def test_bad_cases_are_all_reported_and_the_others_kept(root, tmp_path):
    path = file_of(root, 0, "t2")
    path.write_bytes(path.read_bytes()[:300])
    write_file(root, 2, "t1", read_file(root, 2, "t1") * 0)
    cache = cache_in(tmp_path)
    with pytest.raises(UserError) as caught:
        prepare_volumes(BratsDataset(root), cache, 2, quiet)
    assert caught.value.file == str(root)
    received = caught.value.received
    assert received.startswith("2 of 4 that cannot")
    assert f"{case_id(0)}: {path}: expected" in received
    assert f"{case_id(2)}: {file_of(root, 2, 't1').parent}: expected" in received
    assert "t1 is 0 everywhere" in received
    assert f"make check-data DATASET=brats17 DATA={root}" in caught.value.next_step
    assert prepared(cache) == [case_id(1), case_id(3)]

    write_file(root, 0, "t2", read_file(root, 0, "t1"))
    write_file(root, 2, "t1", read_file(root, 2, "t2"))
    assert prepare_volumes(BratsDataset(root), cache, say=quiet) == 2


def test_a_process_that_dies_fails_only_its_case(root, tmp_path):
    cache = cache_in(tmp_path)
    with pytest.raises(
        UserError, match=f"{case_id(1)}: its process was killed"
    ) as caught:
        prepare_volumes(DyingDataset(root), cache, 2, quiet)
    assert caught.value.received.startswith("1 of 4")
    assert prepared(cache) == [case_id(0), case_id(2), case_id(3)]


def test_progress_with_time_left(root, tmp_path, monkeypatch):
    monkeypatch.setattr(lines_of_progress, "SECONDS_BETWEEN_LINES", 0)
    lines = []
    prepare_volumes(BratsDataset(root), cache_in(tmp_path), say=lines.append)
    shown = [line for line in lines if line.endswith(" left")]
    assert [line.split(",")[0] for line in shown] == ["2 of 4", "3 of 4"]


def test_hashing_shows_its_progress(root):
    lines, dataset = [], BratsDataset(root)
    sources = hash_cases(dataset, note=lines.append)
    assert sources == {case.id: dataset.source(case) for case in dataset}
    assert lines == [f"{i} of 4 cases read for their checksums" for i in range(4)]


def test_a_removed_case_leaves_the_others_prepared(root, tmp_path):
    before = cache_in(tmp_path)
    prepare_volumes(BratsDataset(root), before, say=quiet)
    shutil.rmtree(file_of(root, 2, "t1").parent)
    cache, lines = cache_in(tmp_path, fingerprint="later"), []
    assert prepare_volumes(BratsDataset(root), cache, say=lines.append) == 0
    assert lines[0].startswith("3 cases taken over")
    assert lines[1].startswith("0 cases to prepare, 3 already done")
    assert prepared(cache) == [case_id(0), case_id(1), case_id(3)]
    for name in prepared(cache):
        assert cache.path(name).read_bytes() == before.path(name).read_bytes()
        assert cache.path(name).samefile(before.path(name))
    check_against_files(cache, root, 3)


def test_only_what_has_changed_is_prepared(root, tmp_path):
    before = cache_in(tmp_path)
    prepare_volumes(BratsDataset(root), before, say=quiet)
    content = before.path(case_id(1)).read_bytes()
    write_file(root, 1, "t1", read_file(root, 1, "t1") * 2)
    damaged = bytearray(before.path(case_id(2)).read_bytes())
    damaged[len(damaged) // 2] ^= 1
    before.path(case_id(2)).write_bytes(damaged)
    cache, lines = cache_in(tmp_path, fingerprint="later"), []
    assert prepare_volumes(BratsDataset(root), cache, say=lines.append) == 2
    assert lines[0].startswith("2 cases taken over")
    for number in range(COUNT):
        check_against_files(cache, root, number)
    assert before.path(case_id(1)).read_bytes() == content, "of an older state"


def test_other_settings_are_never_taken_over(root, tmp_path):
    dataset = BratsDataset(root)
    prepare_volumes(dataset, cache_in(tmp_path, FAST_N4), say=quiet)
    cache, lines = cache_in(tmp_path, fingerprint="later"), []
    assert prepare_volumes(dataset, cache, say=lines.append) == COUNT
    assert not any("taken over" in line for line in lines)
    assert whole(cache, 0, "images").dtype == np.int16


@pytest.mark.parametrize(
    ("n4", "text"),
    [
        (None, "57 MB and about 1 s"),
        (N4(), "0.1 GB and about 19 s"),
        (N4(exclude=MODALITIES[:3]), "0.1 GB and about 5 s"),
    ],
)
def test_estimate_from_the_headers(tmp_path, n4, text):
    """240x240x155 voxels: 0.8 s, and 4.6 s for each modality that N4 corrects."""
    write_file(tmp_path, 0, "flair", np.zeros((155, 240, 240), np.int16))
    for role in MODALITIES[1:]:
        file_of(tmp_path, 0, role).write_bytes(b"not read")
    lines, dataset, cache = [], BratsDataset(tmp_path), cache_in(tmp_path, n4)
    cache.folder.mkdir(parents=True)
    prepare._announce(dataset, cache, [case_id(0)], 1, lines.append)
    assert lines == [f"they will take at most {text}"]


def test_too_small_a_disk_is_refused_before_the_first_case(root, tmp_path):
    (tmp_path / "cache").mkdir()
    with small_disk(tmp_path / "cache", "128k"):
        cache, lines = cache_in(tmp_path), []
        with pytest.raises(UserError, match="space for 4 cases") as caught:
            prepare_volumes(BratsDataset(root), cache, 2, lines.append)
        assert caught.value.file == str(cache.folder)
        assert "free some space" in caught.value.next_step
        assert lines[-1].startswith("they will take at most 1 MB"), "before any case"
        assert prepared(cache) == []


def write_fractions(root, numbers, shape=(40, 64, 64)):
    """Writes cases that take almost twice as much as their headers suggest."""
    for number in numbers:
        for role in MODALITIES:
            write_file(root, number, role, np.full(shape, number + 0.5, np.float32))
        write_file(root, number, "seg", np.zeros(shape, np.uint8))


def test_too_small_a_disk_is_refused_after_the_sample(root, tmp_path):
    write_fractions(root, range(COUNT))
    (tmp_path / "cache").mkdir()
    with small_disk(tmp_path / "cache", "8m"):
        cache, lines = cache_in(tmp_path), []
        with pytest.raises(UserError, match="space for 4 cases, about 12 MB"):
            prepare_volumes(BratsDataset(root), cache, 2, lines.append)
        assert lines[-1].startswith("they will take at most 7 MB")
        assert prepared(cache) == []


def test_disk_that_fills_is_one_error(root, tmp_path):
    """Fractions, but not in the first case: the estimate is too small."""
    write_fractions(root, (1, 2, 3))
    (tmp_path / "cache").mkdir()
    with small_disk(tmp_path / "cache", "6m"):
        cache = cache_in(tmp_path)
        with pytest.raises(UserError) as caught:
            prepare_volumes(BratsDataset(root), cache, 1, quiet)
        assert caught.value.file.startswith(str(cache.folder))
        assert "free some space" in caught.value.next_step
        assert prepared(cache) == [case_id(0), case_id(1), case_id(2)]
        for number in (0, 1, 2):
            check_against_files(cache, root, number)
        assert not list(cache.folder.glob("*.tmp"))
