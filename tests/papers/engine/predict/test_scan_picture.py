"""The picture of a scan says which side and which color is what."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from data.volume.geometry import Geometry
from papers.engine.brats.palette import LABEL_COLORS
from papers.engine.predict.scan_picture import draw_scan

# Width grows to the left of the patient, as in BraTS, or to the right.
AFFINES = {"LPS": np.diag([-1.0, -1, 1, 1]), "RAS": np.diag([1.0, 1, 1, 1])}


def draw(monkeypatch, axes):
    """Draws a head with enhancing tumor on its left; returns the `Figure`."""
    drawn, save = [], Figure.savefig
    monkeypatch.setattr(
        Figure,
        "savefig",
        lambda self, *a, **k: (drawn.append(self), save(self, *a, **k)),
    )
    image, labels = np.ones((12, 14, 16)), np.zeros((12, 14, 16), np.uint8)
    left = slice(10, 13) if axes == "LPS" else slice(3, 6)
    labels[5:7, 6:8, left] = 4
    geometry = Geometry((12, 14, 16), AFFINES[axes])
    png = draw_scan(image, labels, geometry, {"wt": 0.012})
    assert png.startswith(b"\x89PNG")
    return drawn[0]


@pytest.mark.parametrize("axes", AFFINES)
def test_the_l_is_on_the_side_of_a_tumor_on_the_left(monkeypatch, axes):
    for area in draw(monkeypatch, axes).axes[:2]:
        tumor = area.images[1].get_array()[..., 3] > 0
        middle = np.nonzero(tumor)[1].mean() / tumor.shape[1]
        (mark,) = area.texts
        assert mark.get_text() == "L"
        assert middle > 0.5 and mark.get_position()[0] > 0.5


def test_the_line_below_names_the_color_that_is_drawn(monkeypatch):
    figure = draw(monkeypatch, "LPS")
    colors = figure.axes[0].images[1].get_array()
    assert to_rgb(LABEL_COLORS[4][1]) in {
        tuple(c[:3]) for c in colors[colors[..., 3] > 0]
    }
    words = figure.get_supxlabel()
    assert "red: enhancing tumor" in words and "green: edema" in words
    assert "gold: necrosis" in words and "blue" not in words
