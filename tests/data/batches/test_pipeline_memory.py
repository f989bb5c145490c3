"""How much memory the readers need: that of a few cases, however many there are."""

import itertools
import tracemalloc
from functools import partial

import pytest

from data.batches.patch_rule import PatchRule
from data.batches.patches import PatchSampler
from data.batches.placement import Placement
from data.batches.slice_index import SliceIndex
from data.batches.slices import SliceReader, slice_batches
from data.batches.volumes import VolumeReader, volume_batches
from tests.data.prepared.small_cases import write_cases

SHAPE = (24, 64, 64)
STEPS = 8


def slices(cache, ids):
    names = slice_batches(SliceIndex.of(cache, ids), 8, seed=0)
    return map(SliceReader(cache), names)


def patches(cache, ids):
    rule = PatchRule((19, 32, 32), (11, 32, 32))
    return map(PatchSampler(cache, ids, rule, 5, seed=0), itertools.count())


def volumes(cache, ids):
    reader = VolumeReader(cache, partial(Placement.resized, shape=(32, 32, 32)))
    return map(reader, volume_batches(ids, 1, seed=0))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    cache, grids = write_cases(tmp_path_factory.mktemp("memory"), 8, SHAPE)
    return cache, grids["case0"][0].nbytes


@pytest.mark.parametrize("pipeline", [slices, patches, volumes])
def test_memory_does_not_grow_with_the_number_of_cases(prepared, pipeline):
    cache, case_bytes = prepared

    def peak(count):
        batches = pipeline(cache, tuple(f"case{i}" for i in range(count)))
        next(batches)  # what is loaded only once
        tracemalloc.start()
        try:
            for _ in itertools.islice(batches, STEPS):
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    # The minimum of three: other tests' threads may allocate meanwhile.
    two, eight = (min(peak(count) for _ in range(3)) for count in (2, 8))
    assert eight < two + case_bytes
    assert two > case_bytes / 2  # else nothing was measured
