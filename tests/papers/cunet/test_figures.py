"""Figures 2 to 4 of stored results."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.image import imread

from common.reporting.text import read_text
from data.brats.releases import MODALITIES
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
            budget="1 epoch",
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


def test_each_label_has_the_papers_color(runner, tmp_path):
    names = {label: name for label, (name, _) in figures.COLORS.items()}
    assert names == {0: "non-tumor", 2: "edema", 4: "enhancing tumor", 1: "necrosis"}
    files = figures.draw_figures(runner, tmp_path)
    image = np.round(imread(files[1])[..., :3] * 255).astype(int)
    truth = runner.dataset.read_labels(None)[1]
    # Purple, blue, yellow and green in the third of eight columns, above the legend.
    width = image.shape[1] // 8
    panel = image[: 2 * width, 2 * width : 3 * width]
    colors = {0: (148, 103, 189), 2: (31, 119, 180), 4: (255, 215, 0), 3: (44, 160, 44)}
    pixels = {k: (np.abs(panel - c).max(-1) <= 2).sum() for k, c in colors.items()}
    for label, count in pixels.items():
        share = count / sum(pixels.values())
        assert share == pytest.approx((truth == label).mean(), rel=0.1)


def test_box_plots_have_solid_medians_and_dotted_means(runner, tmp_path, monkeypatch):
    drawn = []

    def boxplot(axis, values, **options):
        found = original(axis, values, **options)
        drawn.append((values, found))
        return found

    original = Axes.boxplot
    monkeypatch.setattr(Axes, "boxplot", boxplot)
    values = {m.id: [0.1 * i, 0.4, 0.5, 0.6, 0.9] for i, m in enumerate(METHODS)}
    keys = [f"{part}_{score}" for part in figures.PARTS for score in figures.SCORES]

    def rows(job):
        cases = {"case": list("abcde"), "patient": list("pqrst"), "status": "ok"}
        own = np.array(values[job.method.id])
        scores = {key: own + 0.01 * number for number, key in enumerate(keys)}
        return pd.DataFrame({"method": job.method.id, **cases, **scores})

    runner.rows = rows
    runner.dataset.name = "brats17-cubes32"  # so that nothing else is drawn
    _, csv = figures.draw_figures(runner, tmp_path)
    assert len(drawn) == 6  # two scores of three regions
    for scores, found in drawn:
        assert len(scores) == 5
        for name, style, middle in (
            ("medians", "-", np.median),
            ("means", ":", np.mean),
        ):
            assert {line.get_linestyle() for line in found[name]} == {style}
            heights = [line.get_ydata()[0] for line in found[name]]
            np.testing.assert_allclose(heights, [middle(one) for one in scores])
    table = read_text(csv, "").set_index(["method", "case"])
    assert set(table.columns) == {"patient", *keys}
    for method, of_method in values.items():
        for case, value in zip("abcde", of_method, strict=True):
            for key in keys:
                expected = value + 0.01 * keys.index(key)
                assert float(table.loc[(method, case), key]) == pytest.approx(expected)


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
