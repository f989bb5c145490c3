"""Overlays: the legend names the labels that are there."""

from types import SimpleNamespace

import numpy as np
import pytest

from papers.anisocascade import figures


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


@pytest.mark.parametrize(
    ("labels", "shown"), [((1, 2, 4), {1, 2, 4}), ((3,), {1, 2, 3, 4})]
)
def test_legend_has_no_label_that_the_release_lacks(
    tmp_path, monkeypatch, labels, shown
):
    truth = np.zeros((3, 8, 8), np.uint8)
    truth[1, 0, : len(labels)] = labels
    drawn = {}

    def label_grid(path, rows, titles, colors, caption):
        drawn[path] = set(colors)

    monkeypatch.setattr(figures, "label_grid", label_grid)
    runner = SimpleNamespace(
        dataset=Cases(truth),
        prediction=lambda job, case: np.zeros_like(truth),
        request=SimpleNamespace(profile_label=lambda: "demo"),
    )
    job = SimpleNamespace(
        method=SimpleNamespace(title="x", released=False, scored=True),
        budget="1 epoch",
        split_name="none",
        split=SimpleNamespace(test=("a",)),
    )
    figures._overlay(runner, job, ["a"], tmp_path / "x.png")
    assert drawn == {tmp_path / "x.png": shown}
