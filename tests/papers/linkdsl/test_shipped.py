"""The shipped weights score as the rows of the run that they are of."""

import numpy as np
import pytest

from common.files import sha256
from common.metrics.overlap import confusion, dice
from common.reporting.cases import read_cases
from data.figshare.dataset import FigshareDataset
from papers import registry
from papers.engine.zoo.shipped import RESULTS, shipped
from papers.linkdsl.experiment import THRESHOLD, prepare_case
from papers.linkdsl.inference import SliceSegmenter

CASES = 80
# The rows were scored in bfloat16, as the networks were trained; `predict` computes in
# float32, by which the mean of 239 slices is up to .001 lower, of fewer by more.
ROOM = 4e-3
SHIPPED = shipped(registry.paper("linkdsl"))


def test_some_are_shipped_and_are_small():
    assert SHIPPED
    assert sum(one.card["size"] for one in SHIPPED) < 60e6


@pytest.mark.parametrize("one", SHIPPED, ids=lambda one: one.card["method"])
def test_the_file_is_the_cards(one):
    path = one.folder / one.card["file"]
    assert (path.stat().st_size, sha256(path)) == (one.card["size"], one.card["sha256"])


@pytest.mark.real
@pytest.mark.parametrize("one", SHIPPED, ids=lambda one: one.card["method"])
def test_dice_is_that_of_full_precision(shared_data, one):
    rows = read_cases(RESULTS / "linkdsl" / "cases.csv")
    for key in ("method", "data", "profile", "budget", "split"):
        rows = rows[rows[key] == one.card[key]]
    rows = rows[(rows["fold"] == one.card["fold"]) & (rows["seed"] == one.card["seed"])]
    assert rows["dice"].mean() == pytest.approx(one.card["scores"]["Dice"], abs=1e-4)
    dataset = FigshareDataset(shared_data / "figshare256")
    cases = {case.id: case for case in dataset}
    segmenter, received = SliceSegmenter(one.folder), []
    rows = rows.iloc[:: len(rows) // CASES]
    for case_id in rows["case"]:
        case = cases[str(case_id)]
        truth = prepare_case(dataset, case, segmenter.protocol)["mask"][..., 0]
        found = segmenter.probability(dataset.read(case).image) >= THRESHOLD
        received.append(dice(*confusion(found, truth > 0)))
    assert np.mean(received) == pytest.approx(rows["dice"].mean(), abs=ROOM)
