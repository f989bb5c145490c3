"""The pipelines give the same arrays from every source, and the rows are right."""

import itertools
import time

import numpy as np
import pytest

from benchmarks.data.bench import COLUMNS, measure, patches, slices
from benchmarks.data.sources import sources
from common.errors import UserError
from data.phantom.brats.write import write_phantom

SHAPE = (24, 64, 56)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("benchmark")
    write_phantom(folder / "cases", hgg=1, lgg=1, shape=SHAPE)
    (folder / "work").mkdir()
    return sources(folder / "work", folder / "cases", say=lambda text: None)


def test_windows_are_the_same_from_every_source(found):
    _, case_ids, readers = found
    assert len(case_ids) == 2 and len(readers) == 3
    windows = [
        ((-2, 5, -9), (9, 70, 30)),
        ((10, 0, 0), (1, 64, 56)),
        ((30,) * 3, SHAPE),
    ]
    for case_id, (start, size) in itertools.product(case_ids, windows):
        expected, *others = [
            reader.window(case_id, ("labels", "images"), start, size)
            for reader in readers.values()
        ]
        for arrays in others:
            assert arrays[0].shape == size and arrays[1].shape == (*size, 4)
            for one, other in zip(arrays, expected, strict=True):
                np.testing.assert_array_equal(one, other)


def test_pipelines_run_from_every_source(found):
    _, case_ids, readers = found
    for pipeline in (slices, lambda *x: patches("sagittal", *x)):
        opened = {name: pipeline(reader, case_ids) for name, reader in readers.items()}
        rows = measure("some", 8, opened, rounds=1)
        assert [row["source"] for row in rows] == list(readers)


def test_rows():
    def every(seconds):
        while True:
            until = time.process_time() + seconds
            while time.process_time() < until:
                pass
            yield (np.zeros(3),)

    opened = {"quick": every(0.02), "slow": every(0.06)}
    quick, slow = measure("working", 5, opened, rounds=3)
    assert set(COLUMNS) <= set(quick)
    assert quick["slower"] == quick["slower_cpu"] == 1
    assert slow["slower_cpu"] == pytest.approx(3, rel=0.3)
    assert slow["slower"] > 0 and min(quick["ms"], quick["cpu_ms"]) >= 20
    assert quick["examples_per_s"] == pytest.approx(5e3 / quick["ms"], rel=0.01)


def test_other_arrays_are_an_error():
    opened = {"one": iter([(np.zeros(3),)]), "other": iter([(np.ones(3),)])}
    with pytest.raises(ValueError, match="other and one gave different arrays"):
        measure("some", 1, opened, rounds=0)


def test_release_of_other_files(tmp_path):
    write_phantom(tmp_path / "cases", "brats15", hgg=1, lgg=0, shape=(16, 48, 48))
    with pytest.raises(UserError, match="NIfTI cases of one of brats17"):
        sources(tmp_path, tmp_path / "cases")
