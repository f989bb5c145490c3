"""Figures 2 to 4 of stored results."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from common.reporting.text import read_text
from data.brats import MODALITIES
from data.case import Case
from papers.cunet import figures
from papers.cunet.protocol import METHODS, Protocol


class Scans:
    """Two cases of a phantom, with a round tumor each."""

    name = "phantom"
    is_own = False

    def __init__(self):
        images = dict.fromkeys(MODALITIES)
        self.cases = [Case(f"c{i}", f"p{i}", "HGG", images, None) for i in range(2)]
        y, x = np.indices((48, 48)) - 24
        self.radius = np.hypot(y, x)

    def __iter__(self):
        return iter(self.cases)

    def read_image(self, case, modality):
        return np.stack([100 * (self.radius < 20)] * 3).astype(np.int16)

    def read_labels(self, case):
        labels = np.select(
            [self.radius < 3, self.radius < 6, self.radius < 9], [3, 4, 2]
        )
        return np.stack([0 * labels, labels, 0 * labels]).astype(np.uint8)


@pytest.fixture
def runner():
    dataset = Scans()
    keys = [f"{part}_{score}" for part in figures.PARTS for score in figures.SCORES]

    def rows(job):
        values = {key: np.linspace(0.4, 0.9, 2) for key in keys}
        cases = {"case": ["c0", "c1"], "patient": ["p0", "p1"], "status": "ok"}
        return pd.DataFrame({"method": job.method.id, **cases, **values})

    jobs = [
        SimpleNamespace(
            method=method,
            protocol=Protocol(),
            split_name="patient",
            split=SimpleNamespace(fold=0, test=("c0", "c1")),
            seed=0,
            budget="1 epochs",
            length="1epochs",
            finished=lambda: True,
        )
        for method in METHODS
    ]
    request = SimpleNamespace(profile="demo", profile_label=lambda: "demo")
    return SimpleNamespace(
        dataset=dataset,
        jobs=jobs,
        request=request,
        paper=SimpleNamespace(dataset="brats17"),
        rows=rows,
        prediction=lambda job, case: dataset.read_labels(case) // 3 * 2,
    )


def test_all_figures_and_the_scores_behind_them(runner, tmp_path):
    files = figures.draw_figures(runner, tmp_path)
    assert [file.name for file in files] == [
        "figure2_demo_patient_1epochs.png",
        "figure3_demo_patient_1epochs.png",
        "figure4_demo_patient_1epochs.png",
        "figure4_demo_patient_1epochs.csv",
    ]
    for file in files[:3]:
        image = imread(file)
        assert image.std() > 0.05
    scores = read_text(files[3], "")
    assert len(scores) == 10 and set(scores["method"]) == {m.id for m in METHODS}
    # Eight columns of equal height: wider than high.
    height, width = imread(files[1]).shape[:2]
    assert width > 3 * height


def test_paper_colors_fill_the_panels(runner, tmp_path):
    files = figures.draw_figures(runner, tmp_path)
    image = np.round(imread(files[1])[..., :3] * 255).astype(int)
    purple, gold = (0x94, 0x67, 0xBD), (255, 215, 0)
    for color in (purple, gold):
        assert (np.abs(image - color).max(axis=-1) <= 2).sum() > 500


def test_images_of_others_are_not_shown(runner, tmp_path):
    runner.dataset.name = "brats17-cubes32"
    names = {file.name for file in figures.draw_figures(runner, tmp_path)}
    assert len(names) == 2 and all("figure4" in name for name in names)


def test_regions_of_a_slice(runner):
    scans = runner.dataset
    labels = scans.read_labels(None)[1]
    images = [scans.read_image(None, m)[1] for m in MODALITIES]
    regions = figures.four_regions(images, labels, Protocol().sampling)
    assert set(np.unique(regions)) == set(figures.REGIONS)
    assert (regions[labels == 0] != 103).all()
    assert (regions[scans.radius >= 20] == 101).all()
