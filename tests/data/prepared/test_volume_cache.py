"""Windows of prepared volumes against slices of the whole grid."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import UserError
from common.files import read_json
from data.brats.dataset import BratsDataset
from data.prepared.n4 import N4
from data.prepared.pack import pack_volume
from data.prepared.prepare_case import prepare_case
from data.prepared.volume_cache import VolumeCache

NAMES = ("flair", "t1", "t1ce", "t2")
SHAPE = (9, 40, 37)
AFFINE = np.float64([[-1, 0, 0, 0], [0, -1, 0, 239], [0, 0, 1, 0], [0, 0, 0, 1]])


def whole(dtype=np.int16):
    """Images `(depth, height, width, 4)` and labels, zero outside of a box."""
    random = np.random.default_rng(3)
    images = np.zeros((*SHAPE, 4), dtype)
    images[1:8, 2:38, 3:37] = random.integers(0, 900, (7, 36, 34, 4))
    labels = np.zeros(SHAPE, np.uint8)
    labels[3:6, 10:35, 4:30] = random.integers(0, 5, (3, 25, 26))
    return images, labels


def write(cache, case_id, images, labels):
    by_name = {name: images[..., i] for i, name in enumerate(NAMES)}
    info, arrays = pack_volume(by_name, labels, AFFINE)
    cache.write_volume(case_id, "source", info, arrays)
    return info


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    cache = VolumeCache(tmp_path_factory.mktemp("cache"), "brats17", "fingerprint")
    write(cache, "1", *whole())
    return cache


def test_info_is_what_was_written(cache):
    written = write(cache, "1", *whole())
    read = cache.info("1")
    for name in ("shape", "start", "size", "modalities"):
        assert getattr(read, name) == getattr(written, name), name
    assert (read.shape, read.start, read.size) == (SHAPE, (1, 2, 3), (7, 36, 34))
    assert read.modalities == NAMES
    np.testing.assert_array_equal(read.affine, AFFINE)
    np.testing.assert_array_equal(read.slices, written.slices)
    assert read.slices.shape == (9, 6)
    assert set(read.statistics) == set(written.statistics) == {"nonzero", "box"}
    for name, pair in read.statistics.items():
        np.testing.assert_array_equal(pair, written.statistics[name])
        assert [numbers.dtype for numbers in pair] == [np.float64] * 2
    assert cache.holds("1", "source")


windows = st.tuples(
    *(st.tuples(st.integers(-9, n + 4), st.integers(0, n + 9)) for n in SHAPE)
)


@settings(deadline=None)
@given(windows)
def test_any_window_equals_a_slice_of_the_padded_grid(cache, ends):
    start, size = zip(*ends, strict=True)
    images, labels = whole()
    margin = 60
    there = tuple(slice(margin + a, margin + a + n) for a, n in ends)
    results = cache.window("1", ("labels", "images", "brain"), start, size)
    expected = (labels, images, images.any(axis=-1))
    for result, grid in zip(results, expected, strict=True):
        padding = [(margin, margin)] * 3 + [(0, 0)] * (grid.ndim - 3)
        np.testing.assert_array_equal(result, np.pad(grid, padding)[there])
    assert [r.dtype for r in results] == [np.uint8, np.int16, np.uint8]


def test_the_whole_grid_comes_back_in_float_too(tmp_path):
    cache = VolumeCache(tmp_path, "brats17", "fingerprint")
    images, labels = whole(np.float32)
    images[2, 3, 4] += 0.25
    write(cache, "1", images, labels)
    result, result_labels = cache.window("1", ("images", "labels"), (0, 0, 0), SHAPE)
    assert result.dtype == np.float32
    np.testing.assert_array_equal(result, images)
    np.testing.assert_array_equal(result_labels, labels)


def test_unlabeled_case_has_no_labels(tmp_path):
    cache = VolumeCache(tmp_path, "brats17", "fingerprint")
    write(cache, "1", whole()[0], None)
    (brain,) = cache.window("1", ["brain"], (0, 0, 0), SHAPE)
    np.testing.assert_array_equal(brain, whole()[0].any(axis=-1))
    with pytest.raises(UserError, match="labels"):
        cache.window("1", ["labels"], (0, 0, 0), SHAPE)


@pytest.mark.parametrize("shape", [(3, 9, 11), (9, 40, 37)])
def test_size_on_disk_is_known_before_writing(tmp_path, shape):
    cache = VolumeCache(tmp_path, "brats17", "fingerprint")
    image = np.ones(shape, np.int16)
    info, arrays = pack_volume(dict.fromkeys(NAMES, image), image, AFFINE)
    cache.write_volume("1", "source", info, arrays)
    headers = cache.path("1").stat().st_size - cache.size_on_disk(arrays)
    assert 0 < headers < 8000


@pytest.mark.parametrize("n4", [None, N4()])
@pytest.mark.parametrize("shape", [(3, 9, 11), (9, 40, 37)])
def test_max_size_on_disk_is_what_a_full_crop_takes(tmp_path, shape, n4):
    cache = VolumeCache(tmp_path, "brats17", "fingerprint", n4)
    image = np.full(shape, 1 if n4 is None else 0.5)
    _, arrays = pack_volume(dict.fromkeys(NAMES, image), image > 1, AFFINE)
    assert cache.size_on_disk(arrays) == cache.max_size_on_disk(shape)


@pytest.mark.real
def test_real_cases_take_less_than_the_maximum(shared_data, tmp_path):
    cache = VolumeCache(tmp_path, "brats17", "fingerprint")
    limit = cache.max_size_on_disk((155, 240, 240))
    for folder in ("full", "brats2015", "brats2021"):
        dataset = BratsDataset(shared_data / "brats" / folder)
        for case in dataset:
            _, arrays = prepare_case(dataset, case)
            assert 0.4 * limit < cache.size_on_disk(arrays) < 0.95 * limit


def test_missing_case(cache):
    for read in (
        cache.info,
        lambda case: cache.window(case, ["images"], (0,) * 3, SHAPE),
    ):
        with pytest.raises(UserError, match="expected a prepared case") as caught:
            read("2")
        assert caught.value.file == str(cache.path("2"))


def test_every_setting_is_a_folder_of_its_own(tmp_path):
    others = [
        VolumeCache(tmp_path, "brats17", "fingerprint"),
        VolumeCache(tmp_path, "brats17", "another"),
        VolumeCache(tmp_path, "brats17", "fingerprint", N4()),
        VolumeCache(tmp_path, "brats17", "fingerprint", N4(shrink=3)),
        VolumeCache(tmp_path, "brats17", "fingerprint", N4(iterations=(50,))),
        VolumeCache(tmp_path, "brats17", "fingerprint", N4(exclude=("flair",))),
    ]
    assert len({cache.folder for cache in others}) == len(others)
    write(others[2], "1", *whole())
    assert not any(cache.holds("1", "source") for cache in others if cache.n4 != N4())
    settings = read_json(others[2].folder / "settings.json")
    assert settings["n4"]["shrink"] == 4
    assert settings["n4"]["iterations"] == [50] * 4
    assert settings["n4"]["mask"] == "positive"
    assert settings["n4"]["SimpleITK"]


def test_damaged_bytes_are_found(tmp_path):
    """A flipped bit anywhere is harmless or an error, in data and headers alike."""
    cache = VolumeCache(tmp_path, "brats17", "fingerprint")
    images, labels = (array[:4, :12, :12] for array in whole())
    written = write(cache, "1", images, labels)
    path, found = cache.path("1"), 0
    content = path.read_bytes()
    for position in range(0, len(content), 41):
        damaged = bytearray(content)
        damaged[position] ^= 1 << position % 8
        path.write_bytes(damaged)
        try:
            info = cache.info("1")
            results = cache.window(
                "1", ("images", "labels"), (0, 0, 0), images.shape[:3]
            )
        except UserError as error:
            assert error.file == str(path)
            found += 1
        else:
            for result, expected in zip(results, (images, labels), strict=True):
                np.testing.assert_array_equal(result, expected, err_msg=str(position))
            assert info.start == written.start
            np.testing.assert_array_equal(info.slices, written.slices)
            for name, pair in info.statistics.items():
                np.testing.assert_array_equal(pair, written.statistics[name])
    assert found > len(content) // 41 // 4
