"""Overlays: the legend names the labels that are there."""

from types import SimpleNamespace

import numpy as np
import pytest

from papers.anisocascade import figures
from papers.engine.brats.palette import LABEL_COLORS


class Cases(list):
    """One case with the given labels."""

    name = "phantom"

    def __init__(self, truth):
        super().__init__([SimpleNamespace(id="a")])
        self.truth = truth

    def read_labels(self, case):
        return self.truth

    def read_image(self, case, name):
        return self.truth * 10.0


@pytest.mark.parametrize("labels", [(1, 2, 4), (3,)])
def test_a_single_case_has_no_order_and_the_palette_of_all_papers(
    tmp_path, monkeypatch, labels
):
    truth = np.zeros((3, 8, 8), np.uint8)
    truth[1, 0, : len(labels)] = labels
    drawn = []
    monkeypatch.setattr(figures, "label_grid", lambda *all: drawn.append(all))
    runner = SimpleNamespace(
        dataset=Cases(truth),
        prediction=lambda job, case: np.zeros_like(truth),
        request=SimpleNamespace(profile_label=lambda: "demo"),
        rows=lambda job: "rows",
    )
    job = SimpleNamespace(
        method=SimpleNamespace(title="x", released=False, scored=True),
        budget="1 epoch",
        split_name="none",
        split=SimpleNamespace(test=("a",)),
    )
    for case_ids in (["a"], ["a", "a"]):
        figures._overlay(runner, job, case_ids, tmp_path / "x.png")
    assert all(arguments[3] is LABEL_COLORS for arguments in drawn)
    one, two = (str(arguments[4]) for arguments in drawn)
    assert "lowest" not in one and "a, a from lowest to highest Dice" in two
