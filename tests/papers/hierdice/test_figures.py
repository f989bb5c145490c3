"""Figure 8 of stored results: which cases are drawn, and their captions."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from data.brats.releases import MODALITIES
from data.case import Case
from papers.engine.brats.figures import ATTRIBUTION
from papers.hierdice import figures
from papers.hierdice.protocol import METHODS, TRAINED_ON

LICENSED = "brats_2013_pat0001_1"
OTHER = "brats_tcia_pat101_0001"


class Scans:
    """Cases of three slices with the same tumor, most of it in the middle."""

    is_own = False

    def __init__(self, name, case_ids):
        self.name = name
        images = dict.fromkeys(MODALITIES)
        self.cases = [Case(i, i, "HGG", images, None) for i in case_ids]

    def __iter__(self):
        return iter(self.cases)

    def read_image(self, case, modality):
        return np.pad(np.full((3, 12, 12), 100, np.int16), ((0, 0), (2, 2), (2, 2)))

    def read_labels(self, case):
        labels = np.zeros((3, 16, 16), np.uint8)
        labels[0, 4:6, 4:6] = 4
        labels[1, 4:12, 4:12] = 2
        return labels


def make_runner(name, held_out, trained_on):
    """A runner of two methods, with the scores of some cases."""
    scores = {**held_out, **trained_on}
    split = ["patient"] * len(held_out) + [TRAINED_ON] * len(trained_on)
    rows = {"case": list(scores), "wt_dice": list(scores.values()), "split": split}
    rows = pd.DataFrame(rows).assign(status="ok")
    dataset = Scans(name, scores)
    jobs = [
        SimpleNamespace(
            method=method,
            split_name="patient",
            split=SimpleNamespace(fold=0),
            seed=0,
            budget="1 epoch",
            length="1epochs",
            finished=lambda: True,
        )
        for method in METHODS[:2]
    ]
    return SimpleNamespace(
        dataset=dataset,
        jobs=jobs,
        request=SimpleNamespace(profile="demo", profile_label=lambda: "demo"),
        paper=SimpleNamespace(dataset="brats15"),
        rows=lambda job: rows,
        predict=lambda job, ids: np.stack([dataset.read_labels(None)] * len(ids)),
    )


@pytest.fixture
def drawn(monkeypatch):
    """What `label_grid` was asked for: `(rows, titles, caption)` each time."""
    calls, draw = [], figures.label_grid

    def label_grid(path, rows, titles, colors, caption):
        text = str(caption).replace("\N{NO-BREAK SPACE}", " ")
        calls.append((rows, titles, text))
        draw(path, rows, titles, colors, caption)

    monkeypatch.setattr(figures, "label_grid", label_grid)
    return calls


def test_real_cases_whose_license_lets_us(tmp_path, drawn):
    runner = make_runner("brats15", {OTHER: 0.2, LICENSED: 0.9}, {})
    (file,) = figures.draw_figures(runner, tmp_path)
    assert file.name == "figure8_demo_patient_1epochs.png" and file.exists()
    ((rows, titles, caption),) = drawn
    assert len(rows) == 1 and len(rows[0]) == len(titles) == 4
    truth = rows[0][1][1]
    np.testing.assert_array_equal(truth, runner.dataset.read_labels(None)[1])
    assert f"of {LICENSED}, held-out cases" in caption and OTHER not in caption
    assert f"Images: {ATTRIBUTION[LICENSED]}." in caption
    assert "CC BY-NC-SA" in caption and "PHANTOM" not in caption
    assert "n = 2." in caption


def test_cases_trained_on_where_no_held_out_one_may_be_shown(tmp_path, drawn):
    runner = make_runner("brats15", {OTHER: 0.2}, {LICENSED: 0.9, "x": 0.5, "y": 0.4})
    assert len(figures.draw_figures(runner, tmp_path)) == 1
    ((_, _, caption),) = drawn
    assert f"of {LICENSED}, cases trained on. Images" in caption
    assert "n = 3." in caption


def test_the_colors_are_those_of_the_papers_figure():
    """Blue enhances, green and blue are the core, all colors the complete tumor."""
    assert {label: color for label, (_, color) in figures.COLORS.items()} == {
        4: "tab:blue",
        1: "tab:green",
        2: "tab:red",
    }
    labels = np.array([0, 1, 2, 3, 4])
    np.testing.assert_array_equal(figures._core(labels), [0, 1, 2, 1, 4])


def test_other_real_cases_are_not_drawn(tmp_path):
    runner = make_runner("brats15", {OTHER: 0.2}, {"x": 0.5})
    assert figures.draw_figures(runner, tmp_path) == []
    assert not list(tmp_path.iterdir())


def test_phantoms_say_so(tmp_path, drawn):
    runner = make_runner("phantom", {LICENSED: 0.9, "b": 0.2}, {"c": 0.5})
    assert len(figures.draw_figures(runner, tmp_path)) == 1
    ((rows, _, caption),) = drawn
    assert len(rows) == 2
    assert caption.startswith("PHANTOM") and f"of b, {LICENSED}, held-out" in caption
    assert "from lowest to highest Dice of the last method" in caption
    assert "Images:" not in caption
