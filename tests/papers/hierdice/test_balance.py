"""The class balance that is printed before a training, beside the paper's."""

import numpy as np
import pytest

from data.batches.slice_index import SliceIndex
from papers.hierdice.balance import (
    PAPER_OTHERS_PER_ET,
    balance_lines,
    class_balance,
)

PIXELS = 240 * 240


def index_of(slices, cases, others_a_tumor_pixel, shares=(2, 16, 7, 1)):
    """Slices that all have the same pixels of each label."""
    tumor = PIXELS / (others_a_tumor_pixel + 1)
    labels = np.round(tumor * np.array(shares) / sum(shares)).astype(int)
    row = [PIXELS, PIXELS - labels.sum(), *labels]
    return SliceIndex(
        tuple(f"case{i}" for i in range(cases)),
        np.zeros(slices, int),
        np.arange(slices),
        np.tile(row, (slices, 1)),
    )


def test_the_papers_own_numbers_give_no_warning():
    """54 patients, a third of their slices, 115 iterations of 24."""
    everything, kept = index_of(54 * 155, 54, 87), index_of(2760, 54, 28)
    lines = balance_lines(class_balance(everything, kept, PIXELS, 115))
    assert not any("warning" in line for line in lines)
    assert "2,760 of 8,370 of 54 cases" in lines[0]
    assert lines[2].endswith("2278:2:16:7:1 (2262:2:16:7:1)")
    assert pytest.approx(728) == PAPER_OTHERS_PER_ET
    assert lines[3].endswith("(about 728)")


def test_what_is_off_is_named():
    everything, kept = index_of(540, 54, 87), index_of(400, 54, 24)
    *_, warning = balance_lines(class_balance(everything, kept, PIXELS, 16))
    off = "slices a case, iterations an epoch, others a tumor pixel; scores"
    assert f"more than 10%: {off}" in warning


def test_no_enhancing_tumor():
    index = index_of(10, 1, 28, shares=(2, 16, 7, 0))
    found = class_balance(index, index, PIXELS, 1)
    assert found["trained_on"]["others_per_et_pixel"] is None
    assert "no enhancing pixel" in balance_lines(found)[3]
