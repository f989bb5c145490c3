"""Preparation of whole real cases: no voxel is lost, and N4 changes what it should."""

from functools import cache

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk

from data.brats.dataset import BratsDataset
from data.prepared.n4 import N4
from data.prepared.prepare import prepare_volumes
from tests.data.prepared.test_prepare import cache_in


@pytest.fixture(scope="module")
def prepared(shared_data, tmp_path_factory):
    """Function from a folder's name to its data set and cache, prepared once."""

    @cache
    def prepared(folder):
        dataset = BratsDataset(shared_data / "brats" / folder)
        of_folder, lines = cache_in(tmp_path_factory.mktemp(folder)), []
        prepare_volumes(dataset, of_folder, say=lines.append)
        assert "at most 0." in lines[-1], "gigabytes of memory"
        return dataset, of_folder

    return prepared


@pytest.mark.real
@pytest.mark.parametrize("folder", ["full", "brats2015", "brats2021"])
def test_real_cases_keep_every_voxel(prepared, folder):
    dataset, cache = prepared(folder)
    for case in dataset:
        if case.label.suffix == ".mha":
            labels = sitk.GetArrayFromImage(sitk.ReadImage(case.label))
        else:
            labels = np.asarray(nib.load(case.label).dataobj).T
        info = cache.info(case.id)
        (stored,) = cache.window(case.id, ["labels"], (0, 0, 0), info.shape)
        for region in ((1, 2, 3, 4), (1, 3, 4), (4,)):
            assert np.isin(stored, region).sum() == np.isin(labels, region).sum() > 0
        for value in range(1, 5):
            np.testing.assert_array_equal(
                info.slices[:, 1 + value], (labels == value).sum(axis=(1, 2))
            )
        assert info.slices[:, :1].sum() == info.slices[:, 1:].sum()


@pytest.mark.real
def test_n4_of_a_real_case(prepared, tmp_path):
    dataset, raw = prepared("full")
    cache = cache_in(tmp_path, N4(iterations=(10, 10), exclude=("flair", "t2")))
    lines = []
    prepare_volumes(dataset, cache, say=lines.append)
    assert "at most 0." in lines[-1], "gigabytes of memory"
    case = dataset[0]
    info = cache.info(case.id)
    (before,), (after,) = (
        c.window(case.id, ["images"], info.start, info.size) for c in (raw, cache)
    )
    np.testing.assert_array_equal(before != 0, after != 0)
    np.testing.assert_array_equal(before[..., ::3], after[..., ::3])
    for channel in (1, 2):
        own = before[..., channel] != 0
        ratio = after[..., channel][own] / before[..., channel][own]
        assert 0.3 < ratio.min() < ratio.max() < 3
        assert ratio.std() > 0
