"""What the page of the metrics shows, against masks that are counted by hand."""

import numpy as np

from common.metrics import score_case
from papers.engine.pages.conventions import (
    distances_table,
    empty_table,
    lesions_table,
    masks,
)


def test_the_example_is_what_the_page_says():
    truth, prediction = masks()
    assert np.argwhere(truth).min(0).tolist() == [10, 10, 10]
    assert (np.ptp(np.argwhere(truth), axis=0) + 1).tolist() == [12, 16, 16]
    beside = prediction.copy()
    beside[26:] = 0
    row = score_case(beside, truth, (1, 1, 1))
    assert round(row["wt_dice"], 2) == 0.94 == round(15 / 16, 2)


def test_definitions_differ_as_they_should():
    lines = [line.split(" | ") for line in distances_table().splitlines()[2:]]
    by_rule = {line[0].strip("| `"): line for line in lines}
    assert {line[2] for line in lines} == {
        "30.00"
    }  # the largest distance is no percentile
    assert by_rule["pooled"][3] == "1.00"
    assert float(by_rule["border-max"][3]) > 20 < float(by_rule["area-weighted"][3])


def test_empty_regions_follow_their_rule():
    text = empty_table()
    assert "| `brats` | 1 / 0 / 0 |" in text and "0 / 373.13 / 373.13 |" in text
    assert "| `zero` | 0 / 0 / 0 | 0 / 0 / 0 | 0 / 0 / 0 |" in text


def test_lesions_are_counted_as_the_page_says():
    lines = [line.strip("| ").split(" | ") for line in lesions_table().splitlines()[2:]]
    rows = {line[0].strip("`"): line[1:] for line in lines}
    # Two boxes with five voxels between them are one lesion for the rule that grows the
    # truth by three; all four lesions are counted by the one without a smallest volume.
    assert rows["brats23"][3:7] == ["1", "1", "1", "1"]
    assert rows["brats23-met"][3:7] == ["2", "2", "1", "0"]
    assert rows["bipartite"][3:7] == ["2", "2", "1", "0"] == rows["bipartite-met"][3:7]
    # A box of ten voxels' side that is moved by one has nine tenths in common.
    assert (rows["bipartite"][0], rows["bipartite-met"][0]) == ("0.90", "0.36")
    assert (rows["brats23"][0], rows["brats23"][7]) == ("0.30", "0.50")
