"""The published numbers and the tables that hold ours beside them."""

import numpy as np
import pandas as pd
import pytest

from common.reporting.published import read_published
from papers.linkdsl.protocol import METHODS
from papers.linkdsl.tables import TABLES

# The paper's Tables 1 to 3 once more, typed by hand from the text.
PRINTED = {
    "1": {"bce": (0.7315,), "linknet": (0.7662,)},
    "2": {
        "linknet": (0.7662, 0.8620),
        "dual": (0.7812, 0.8813),
        "triad": (0.7746, 0.8763),
        "multi": (0.7723, 0.8709),
    },
    "3": {"dual": (0.7812, 0.8813), "cdsl": (0.8003, 0.9074)},
}


@pytest.mark.parametrize("table", TABLES[:3], ids=lambda table: table.name)
def test_published_numbers_are_the_papers(table):
    published = read_published(table.published_csv)
    values = {(r, c): v for r, c, v in published[["row", "column", "value"]].to_numpy()}
    expected = {
        (row, column.key): value
        for row, printed in PRINTED[table.name].items()
        for column, value in zip(table.columns, printed, strict=True)
    }
    assert values == expected
    assert [row.key for row in table.rows] == list(PRINTED[table.name])


def test_every_method_is_in_a_table():
    in_tables = {row.method for table in TABLES[:3] for row in table.rows}
    assert in_tables == {method.id for method in METHODS}


def test_mean_iou_is_that_of_tumor_and_background():
    """Of two images, by hand: 6 of 10 voxels of tumor, 36 of 40 of background."""
    counts = {"tp": [4, 2], "fp": [1, 1], "fn": [2, 0], "tn": [18, 18]}
    column = TABLES[1].columns[1]
    assert column.label == "Mean IoU"
    found = column.aggregate(pd.DataFrame(counts), np.ones((1, 2)))
    assert found == pytest.approx((6 / 10 + 36 / 40) / 2)


def test_cascade_exceeds_the_bound_of_a_mean_over_images():
    """Why mean IoU is read as pooled: per image it is at most (Dice + 1) / 2."""
    dice, mean_iou = PRINTED["3"]["cdsl"]
    assert mean_iou > (dice + 1) / 2
