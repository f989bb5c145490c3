"""Figure 2 of stored results: what is drawn, in which colors, and of which cases."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import rgb_to_hsv
from matplotlib.image import imread

from data.brats.releases import MODALITIES
from data.case import Case
from papers.dsunet import figures
from papers.dsunet.protocol import METHODS

SIDE = 48
LICENSED = "Brats17_2013_10_1"
# Degrees of hue, by the caption's words.
HUES = {"red": (-15, 15), "yellow": (45, 60), "green": (110, 130)}


class Scans:
    """Cases with a tumor of three tissues in white brain.

    The one in the middle is the slice with most of it.
    """

    name = "phantom"
    is_own = False

    def __init__(self, *case_ids):
        images = dict.fromkeys(MODALITIES)
        self.cases = [Case(i, i, "HGG", images, None) for i in case_ids]
        y, x = np.indices((SIDE, SIDE)) - SIDE // 2
        self.radius = np.hypot(y, x)

    def __iter__(self):
        return iter(self.cases)

    def read_image(self, case, modality):
        assert modality == "flair"
        return np.stack([100 * (self.radius < 22)] * 3).astype(np.int16)

    def read_labels(self, case):
        # Label 3 is that of 2013 and 2015.
        rings = [self.radius < r for r in (5, 9, 14, 18)]
        tumor = np.select(rings, [3, 1, 4, 2])
        small = np.where(self.radius < 5, 4, 0)
        return np.stack([small, tumor, small]).astype(np.uint8)


def make_runner(dataset, scores):
    """A runner of both networks whose prediction is edema in the place of all."""
    cases = {"case": list(scores), "status": "ok", "mean_dice": scores.values()}
    jobs = [
        SimpleNamespace(
            method=method,
            protocol=None,
            split_name="patient",
            split=SimpleNamespace(fold=0, test=tuple(scores)),
            seed=0,
            budget="1 epoch",
            length="1epochs",
            finished=lambda: True,
        )
        for method in METHODS
    ]
    return SimpleNamespace(
        dataset=dataset,
        jobs=jobs,
        request=SimpleNamespace(profile="demo", profile_label=lambda: "demo"),
        paper=SimpleNamespace(dataset="brats18"),
        rows=lambda job: pd.DataFrame(cases),
        prediction=lambda job, case: 2 * (dataset.read_labels(case) > 0),
    )


@pytest.fixture
def captions(monkeypatch):
    """The captions of all figures that are drawn."""
    drawn, draw = [], figures.label_grid

    def label_grid(*arguments):
        drawn.append(str(arguments[-1]))
        draw(*arguments)

    monkeypatch.setattr(figures, "label_grid", label_grid)
    return drawn


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    """Figure 2 of one case: an array `(height, width, 3)` of 0 to 1."""
    runner = make_runner(Scans("c0"), {"c0": 0.5})
    files = figures.draw_figures(runner, tmp_path_factory.mktemp("figures"))
    return imread(files[0])[..., :3]


def areas(pixels):
    """Returns how many pixels are of each color."""
    hue, saturation, value = np.moveaxis(rgb_to_hsv(pixels), -1, 0)
    hue = (360 * hue + 15) % 360 - 15
    vivid = (saturation > 0.2) & (value > 0.2)
    return {
        color: int((vivid & (hue >= low) & (hue <= high)).sum())
        for color, (low, high) in HUES.items()
    }


def panels(picture):
    """Cuts a figure of one row into its columns, without the legend below."""
    height, width = picture.shape[:2]
    return np.split(picture[: width // 3, : width // 3 * 3], 3, axis=1)


def test_a_figure_a_network(tmp_path):
    runner = make_runner(Scans("c0"), {"c0": 0.5})
    names = [file.name for file in figures.draw_figures(runner, tmp_path)]
    assert names == [
        f"figure2_{method}_demo_patient_1epochs.png"
        for method in ("isensee", "separable")
    ]
    assert {path.name for path in tmp_path.iterdir()} == set(names)


def test_image_alone_then_result_then_truth(picture):
    flair, result, truth = map(areas, panels(picture))
    assert not any(flair.values())
    assert result["green"] > 1000 and not result["red"] and not result["yellow"]
    assert all(area > 1000 for area in truth.values())
    assert figures.TITLES == ("FLAIR", "result", "truth")


def test_each_tissue_has_the_color_of_the_caption(picture):
    """By its area: necrotic and non-enhancing tissue, label 1 or 3, is one."""
    truth = Scans().read_labels(None)[1]
    voxels = {
        "yellow": np.isin(truth, (1, 3)).sum(),
        "red": (truth == 4).sum(),
        "green": (truth == 2).sum(),
    }
    drawn = areas(panels(picture)[2])
    a_voxel = sum(drawn.values()) / sum(voxels.values())
    assert a_voxel > 20
    for color, number in voxels.items():
        assert drawn[color] == pytest.approx(a_voxel * number, rel=0.05)


def test_tissues_are_named_beside_their_colors(picture):
    below = areas(picture[picture.shape[1] // 3 :])
    assert all(area > 100 for area in below.values())
    assert [name for name, _ in figures.COLORS.values()] == [
        "edema",
        "enhancing tumor",
        "necrotic and non-enhancing tumor",
    ]


def test_phantom_says_it_is_one_and_cases_go_from_lowest_to_highest(tmp_path, captions):
    scores = {"c0": 0.9, "c1": 0.2, "c2": 0.6, "c3": 0.7}
    files = figures.draw_figures(make_runner(Scans(*scores), scores), tmp_path)
    assert len(files) == len(captions) == 2
    assert all(text.startswith("PHANTOM (synthetic data).") for text in captions)
    assert all("c1, c3, c0" in text and "Images:" not in text for text in captions)
    height, width = imread(files[0]).shape[:2]
    assert height > width  # three rows, and what is below


def test_of_real_data_only_what_may_be_shown(tmp_path, captions):
    scores = {"Brats17_CBICA_AAB_1": 0.2, LICENSED: 0.9}
    dataset = Scans(*scores)
    dataset.name = "brats17"
    assert len(figures.draw_figures(make_runner(dataset, scores), tmp_path)) == 2
    for text in captions:
        assert LICENSED in text and "CBICA" not in text
        assert "CC BY-NC-SA 3.0" in text and "PHANTOM" not in text
    runner = make_runner(dataset, {"Brats17_CBICA_AAB_1": 0.2})
    assert figures.draw_figures(runner, tmp_path / "others") == []


def test_no_figure_of_what_was_not_run(tmp_path):
    runner = make_runner(Scans("c0"), {"c0": 0.5})
    runner.jobs[0].finished = lambda: False
    (file,) = figures.draw_figures(runner, tmp_path)
    assert "separable" in file.name
    runner.rows = lambda job: None
    assert figures.draw_figures(runner, tmp_path) == []
