"""The figshare phantom: the same bytes, the real layout, and not too easy."""

from collections import Counter, defaultdict

import h5py
import numpy as np
import pytest

from common.errors import UserError
from common.files import sha256
from data.figshare.dataset import FigshareDataset
from data.figshare.mat_reader import read_cvind, read_slice
from data.figshare.mat_writer import write_cvind, write_slice
from data.figshare.polygon import fill_polygon
from data.normalize import min_max
from data.phantom.figshare.write import write_phantom


def digests(root):
    return {path.name: sha256(path) for path in sorted(root.iterdir())}


def best_threshold_dice(dataset):
    """Returns the best mean Dice that one threshold for all images reaches."""
    curves = []
    for case in dataset:
        item = dataset.read(case)
        image, tumor = min_max(item.image), item.mask > 0
        above = [
            np.histogram(pixels, 256, (0, 1))[0][::-1].cumsum()[::-1]
            for pixels in (image, image[tumor])
        ]
        curves.append(2 * above[1] / (above[0] + tumor.sum()))
    return np.mean(curves, 0).max()


def test_same_seed_same_bytes(phantom_root, tmp_path):
    write_phantom(tmp_path / "again", count=24, size=128, max_slices=4)
    assert digests(tmp_path / "again") == digests(phantom_root)


def test_other_seed_other_images(phantom_root, tmp_path):
    write_phantom(tmp_path / "other", count=2, size=128, seed=1, max_slices=4)
    assert digests(tmp_path / "other")["1.mat"] != digests(phantom_root)["1.mat"]


def test_longer_phantom_begins_with_the_shorter(phantom_root, tmp_path):
    write_phantom(tmp_path / "short", count=7, size=128, max_slices=4)
    long = digests(phantom_root)
    short = digests(tmp_path / "short")
    assert all(short[f"{i}.mat"] == long[f"{i}.mat"] for i in range(1, 8))
    folds = FigshareDataset(phantom_root).author_folds
    for case_id, fold in FigshareDataset(tmp_path / "short").author_folds.items():
        assert folds[case_id] == fold


def test_same_phantom_is_kept(phantom_copy):
    before = {path: path.stat().st_mtime_ns for path in phantom_copy.iterdir()}
    write_phantom(phantom_copy, count=24, size=128, max_slices=4)
    assert before == {path: path.stat().st_mtime_ns for path in phantom_copy.iterdir()}


def test_empty_folder_is_used(tmp_path):
    (tmp_path / "empty").mkdir()
    write_phantom(tmp_path / "empty", count=1, size=64)
    assert len(FigshareDataset(tmp_path / "empty")) == 1


def test_foreign_files_stay(phantom_copy, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    for folder in (tmp_path / "mine", tmp_path / "mine" / "notes.txt", phantom_copy):
        with pytest.raises(UserError, match="choose another folder"):
            write_phantom(folder, count=3, size=64)
    assert (tmp_path / "mine" / "notes.txt").read_text() == "mine"


def test_incomplete_phantom_is_refused(phantom_copy):
    (phantom_copy / "5.mat").unlink()
    with pytest.raises(UserError):
        write_phantom(phantom_copy, count=24, size=128, max_slices=4)


def test_nothing_appears_after_an_error(tmp_path, monkeypatch):
    def full(path, item):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("data.phantom.figshare.write.write_slice", full)
    with pytest.raises(UserError, match="No space left"):
        write_phantom(tmp_path / "phantom", count=2, size=64)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "wrong", [{"count": 0}, {"size": 32}, {"count": 1, "max_slices": 0}]
)
def test_arguments_are_checked(tmp_path, wrong):
    with pytest.raises(ValueError, match="Received"):
        write_phantom(tmp_path / "phantom", **wrong)


def test_border_fills_the_mask(phantom_root):
    for case in FigshareDataset(phantom_root):
        item = read_slice(case.label)
        assert 6 <= len(item.border) <= 67
        np.testing.assert_array_equal(
            fill_polygon(item.border, item.mask.shape), item.mask
        )


def test_images_are_like_real_ones(phantom_root):
    zeros = []
    for case in FigshareDataset(phantom_root):
        image = read_slice(case.label).image
        assert image.dtype == np.int16 and image.min() == 0
        assert 538 <= image.max() <= 12728
        zeros.append((image == 0).mean())
    assert 0.01 < min(zeros) and max(zeros) < 0.36 and 0.08 < np.median(zeros) < 0.25


def test_patients_have_one_fold_and_one_type(phantom_root):
    dataset = FigshareDataset(phantom_root)
    folds, groups = defaultdict(set), defaultdict(set)
    for case in dataset:
        folds[case.patient].add(dataset.author_folds[case.id])
        groups[case.patient].add(case.group)
    assert all(len(found) == 1 for found in folds.values())
    assert all(len(found) == 1 for found in groups.values())
    assert set().union(*folds.values()) == {1, 2, 3, 4, 5}
    assert max(Counter(case.patient for case in dataset).values()) <= 4


def test_mix_of_types_and_planes(tmp_path):
    write_phantom(tmp_path / "phantom", count=150, size=64)
    dataset = FigshareDataset(tmp_path / "phantom")
    share = Counter(case.group for case in dataset)
    assert share["meningioma"] / 150 == pytest.approx(0.23, abs=0.08)
    assert share["glioma"] / 150 == pytest.approx(0.47, abs=0.08)
    assert min(Counter(map(dataset.plane, dataset)).values()) > 30
    slices = Counter(case.patient for case in dataset).values()
    assert max(slices) <= 23 and 4 <= np.median(list(slices)) <= 10


def test_no_threshold_solves_it(phantom_root):
    assert best_threshold_dice(FigshareDataset(phantom_root)) < 0.35


def describe(path):
    """Lists everything about the layout of a file that HDF5 reveals."""
    rows = []

    def add(name, item):
        attributes = {
            key: (item.attrs.get_id(key).dtype, np.asarray(item.attrs[key]).tolist())
            for key in item.attrs
        }
        if isinstance(item, h5py.Dataset):
            rows.append((item.dtype, item.chunks, item.compression, item.maxshape))
            rows.append((item.compression_opts, item.shuffle, item.ndim))
        rows.append((name, str(attributes)))

    with h5py.File(path) as file:
        rows.append(file.userblock_size)
        file.visititems(add)
    return rows


@pytest.mark.real
def test_layout_is_that_of_the_originals(shared_data, tmp_path):
    original = shared_data / "figshare512" / "442.mat"
    copy = tmp_path / "442.mat"
    item = read_slice(original)
    write_slice(copy, item)
    assert describe(copy) == describe(original)
    ours, theirs = copy.read_bytes(), original.read_bytes()
    # User block and superblock are alike but for the name of the platform.
    assert ours[512:540] == theirs[512:540]
    platform = slice(len(b"MATLAB 7.3 MAT-file, Platform: "), 116)
    assert ours[: platform.start] == theirs[: platform.start]
    assert ours[platform.stop : 512] == theirs[platform.stop : 512]
    again = read_slice(copy)
    np.testing.assert_array_equal(again.image, item.image)
    np.testing.assert_array_equal(again.mask, item.mask)
    np.testing.assert_array_equal(again.border, item.border)


@pytest.mark.real
def test_folds_file_is_like_the_original(shared_data, tmp_path):
    original = shared_data / "cvind5fold.mat"
    write_cvind(tmp_path / "cvind.mat", read_cvind(original))
    assert describe(tmp_path / "cvind.mat") == describe(original)


@pytest.mark.real
def test_phantom_is_as_hard_as_real_data_for_a_threshold(shared_data, phantom_root):
    real = FigshareDataset(shared_data / "figshare256")
    cases = [real[i] for i in range(0, len(real), 12)]
    real_dice = best_threshold_dice(_Some(real, cases))
    assert best_threshold_dice(FigshareDataset(phantom_root)) == pytest.approx(
        real_dice, abs=0.1
    )


class _Some:
    """Some cases of a data set."""

    def __init__(self, dataset, cases):
        self.read, self._cases = dataset.read, cases

    def __iter__(self):
        return iter(self._cases)
