"""Figures: the same bytes for the same numbers, and the right pixels."""

import textwrap

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from matplotlib.image import imread

from common.errors import UserError
from common.reporting.figures import (
    Caption,
    box_plot,
    grouped_box_plot,
    label_grid,
    learning_curves,
    overlay_grid,
)
from common.reporting.figures.curves import set_scale

CAPTION = Caption("What it shows.", "figshare256", "cpu", "12 epochs", 64)
IMAGE = np.linspace(0, 1, 64 * 64).reshape(64, 64)
MASK = np.zeros((64, 64), bool)
MASK[10:30, 20:50] = True


def draw_overlay(path, mask=MASK, caption=CAPTION):
    overlay_grid(path, [[(IMAGE, None), (IMAGE, mask)]], ["(a)", "(b)"], caption)


def draw_curves(path, titles=("LinkNet", "Dual"), n_epochs=5):
    epochs = np.arange(1, n_epochs + 1)
    history = {"epoch": epochs, "loss": 1 / epochs, "val_loss": 2 / epochs}
    history = pd.DataFrame(history | {"val_dice": 1 - 1 / epochs})
    keys = ("loss", "val_loss", "val_dice")
    histories = {title: history + 0.1 * i for i, title in enumerate(titles)}
    learning_curves(path, histories, keys, CAPTION)


FEW, MANY = [0.1, 0.5], [0.3, 0.5, 0.6, 0.7, 0.9]


def draw_boxes(path, missing=np.nan):
    scores = {"LinkNet": [*MANY, missing], "Dual": MANY}
    box_plot(path, scores, "Dice", CAPTION)


DRAW = [draw_overlay, draw_curves, draw_boxes]


def yellow(path):
    """Counts pixels whose blue lies far below red and green, by half of the image."""
    red, green, blue = np.moveaxis(imread(path)[..., :3], -1, 0)
    pixels = (red - blue > 0.1) & (green - blue > 0.1)
    middle = pixels.shape[1] // 2
    return pixels[:, :middle].sum(), pixels[:, middle:].sum()


@pytest.mark.parametrize("length", [7, 44, 90])
def test_legend_is_not_cut_off(length, tmp_path):
    words = "Residual U-Net with skip connections, bootstrapping" * 2
    titles = [f"{number}{words}"[:length] for number in range(6)]
    draw_curves(tmp_path / "a.png", titles)
    scores = {"whole": {title: [0.1, 0.5, 0.9] for title in titles}}
    grouped_box_plot(tmp_path / "b.png", {"Dice": scores, "IoU": scores}, CAPTION)
    colors = {i: (title, "tab:blue") for i, title in enumerate(titles)}
    panels = [(None, MASK.astype(int))] * 5
    label_grid(tmp_path / "c.png", [panels], "abcde", colors, CAPTION)
    for name in ("a.png", "b.png", "c.png"):
        image = imread(tmp_path / name)[..., :3]
        assert image.min() < 0.1 and (image[:, [0, -1]] == 1).all()


def test_a_single_epoch_is_visible(tmp_path):
    draw_curves(tmp_path / "a.png", titles=("",), n_epochs=1)
    image = imread(tmp_path / "a.png")[..., :3]
    blue = np.abs(image - np.array([0, 0x72, 0xB2]) / 255).max(axis=-1) < 0.02
    # The score is in the right half, its marker far above the legend's line.
    rows = np.flatnonzero(blue[:, blue.shape[1] // 2 :].any(axis=1))
    assert rows.min() < 0.6 * len(image)


@pytest.mark.parametrize("draw", DRAW)
def test_same_bytes_whatever_the_settings(draw, tmp_path):
    draw(tmp_path / "a.png")
    with matplotlib.rc_context({"font.size": 20, "axes.edgecolor": "red"}):
        draw(tmp_path / "b.png")
        # The user's settings are unchanged.
        assert matplotlib.rcParams["font.size"] == 20
    first = (tmp_path / "a.png").read_bytes()
    assert first == (tmp_path / "b.png").read_bytes()
    assert first.startswith(b"\x89PNG") and b"matplotlib" not in first.lower()


@pytest.mark.parametrize("draw", DRAW)
def test_a_folder_that_cannot_be_written_is_an_error(draw, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="to be able to write it"):
        draw(tmp_path / "file" / "figure.png")


def test_the_mask_is_yellow_on_its_own_panel(tmp_path):
    draw_overlay(tmp_path / "a.png")
    left, right = yellow(tmp_path / "a.png")
    # A panel is 290 pixels wide and high; the mask covers 20 * 30 of 64 * 64.
    assert left == 0
    assert right == pytest.approx(290**2 * 600 / 64**2, rel=0.1)


@pytest.mark.parametrize("value", [False, True])
def test_empty_and_full_masks_can_be_drawn(tmp_path, value):
    draw_overlay(tmp_path / "a.png", np.full((64, 64), value))
    assert (yellow(tmp_path / "a.png")[1] > 0) == value


def test_a_constant_image_can_be_drawn(tmp_path):
    rows = [[(np.zeros((8, 8)), None)]]
    overlay_grid(tmp_path / "a.png", rows, ["flat"], CAPTION)
    assert imread(tmp_path / "a.png").shape[1] == 300


def test_caption_says_what_the_figure_is_based_on():
    text = str(CAPTION)
    expected = "Data: figshare256; profile: cpu; budget: 12 epochs; n = 64."
    assert text.replace("\N{NO-BREAK SPACE}", " ") == f"What it shows. {expected}"
    phantom = Caption("What it shows.", "phantom", "demo", "2 epochs", 8)
    assert str(phantom).startswith("PHANTOM (synthetic data). ")


def test_no_line_of_a_caption_ends_within_the_number_of_cases():
    assert textwrap.wrap(str(CAPTION), 12)[-1].split() == ["n", "=", "64."]


def test_the_caption_is_in_the_figure(tmp_path):
    draw_overlay(tmp_path / "a.png")
    other = Caption("What it shows.", "figshare256", "cpu", "12 epochs", 65)
    draw_overlay(tmp_path / "b.png", caption=other)
    first, second = (imread(tmp_path / name) for name in ("a.png", "b.png"))
    changed = np.flatnonzero((first != second).any(axis=(1, 2)))
    # Only its own lines at the bottom differ.
    assert len(changed) and changed.min() > 0.85 * len(first)


def test_an_undefined_score_is_left_out(tmp_path):
    draw_boxes(tmp_path / "nan.png")
    draw_boxes(tmp_path / "zero.png", missing=0.0)
    box_plot(
        tmp_path / "left out.png",
        {"LinkNet": MANY, "Dual": MANY},
        "Dice",
        CAPTION,
    )
    nan, zero, left_out = (
        (tmp_path / f"{name}.png").read_bytes() for name in ("nan", "zero", "left out")
    )
    assert nan == left_out != zero


@pytest.fixture
def legends(monkeypatch):
    """The names and artists of each legend of a figure."""
    found = []
    original = FigureBase.legend

    def legend(figure, handles=None, labels=None, **options):
        names = labels or [handle.get_label() for handle in handles]
        found.append(dict(zip(names, handles, strict=True)))
        extra = {} if labels is None else {"labels": labels}
        return original(figure, handles=handles, **extra, **options)

    monkeypatch.setattr(FigureBase, "legend", legend)
    return found


@pytest.fixture
def boxes(monkeypatch):
    """The scores of each box that is drawn."""
    found = []
    original = Axes.boxplot

    def boxplot(axis, scores, **options):
        found.extend(list(map(len, scores)))
        return original(axis, scores, **options)

    monkeypatch.setattr(Axes, "boxplot", boxplot)
    return found


@pytest.mark.parametrize(
    ("first", "second", "drawn", "explained"),
    [
        (FEW, MANY, [0, 5], ["one case", "median", "mean"]),
        (FEW, FEW, [0, 0], ["one case"]),
        (MANY, MANY, [5, 5], ["median", "mean"]),
        ([np.nan], MANY, [0, 5], ["median", "mean"]),
    ],
)
def test_no_box_of_fewer_than_five_cases(
    tmp_path, boxes, legends, first, second, drawn, explained
):
    scores = {"LinkNet": first, "Dual": second}
    box_plot(tmp_path / "a.png", scores, "Dice", CAPTION)
    grouped_box_plot(tmp_path / "b.png", {"Dice": {"whole": scores}}, CAPTION)
    assert boxes == [*drawn, *drawn]
    assert [list(legend) for legend in legends] == [
        explained,
        ["LinkNet", "Dual", *explained],
    ]


def test_a_legend_has_the_labels_of_its_picture_as_pale_as_they_are(tmp_path, legends):
    colors = {1: ("one", "red"), 2: ("two", "blue"), 3: ("three", "green")}
    labels = np.where(MASK, 2, 0)
    label_grid(tmp_path / "a.png", [[(IMAGE, labels)]], ["a"], colors, CAPTION)
    label_grid(tmp_path / "b.png", [[(None, labels + 1)]], ["b"], colors, CAPTION)
    over_image, alone = legends
    assert list(over_image) == ["two"] and list(alone) == ["one", "three"]
    assert over_image["two"].get_facecolor() == (0, 0, 1, 0.6)
    assert alone["one"].get_facecolor() == (1, 0, 0, 1)


@pytest.mark.parametrize(
    ("losses", "scale"),
    [
        (([1, 0.5], [0.9, 0.4], [1.1, 0.3]), "linear"),
        (([1, 0.5], [0.9, 0.4], [90, 3]), "log"),
        (([0.2, -0.5], [0.1, -0.4], [90, 3]), "symlog"),
        (([90, 3],), "linear"),
    ],
)
def test_one_run_does_not_hide_the_others(losses, scale):
    axis = Figure().subplots()
    for values in losses:
        axis.plot(values)
    set_scale(axis, losses)
    assert axis.get_yscale() == scale
    assert ("logarithmic" in axis.get_ylabel()) == (scale != "linear")


def test_nine_methods_can_be_told_apart(tmp_path, legends):
    draw_curves(tmp_path / "a.png", titles=[f"network {i}" for i in range(9)])
    lines = legends[0].values()
    assert len({(line.get_color(), line.get_marker()) for line in lines}) == 9
    # What dashes mean is explained once, for all methods.
    assert {line.get_linestyle() for line in lines} == {"-"}
