"""Figures: the same bytes for the same numbers, and the right pixels."""

import matplotlib
import numpy as np
import pandas as pd
import pytest
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


def draw_boxes(path, missing=np.nan):
    scores = {"LinkNet": [0.1, 0.5, missing], "Dual": [0.5, 0.6, 0.9]}
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
    assert text == f"What it shows. {expected}"
    phantom = Caption("What it shows.", "phantom", "demo", "2 epochs", 8)
    assert str(phantom).startswith("PHANTOM (synthetic data). ")


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
        {"LinkNet": [0.1, 0.5], "Dual": [0.5, 0.6, 0.9]},
        "Dice",
        CAPTION,
    )
    nan, zero, left_out = (
        (tmp_path / f"{name}.png").read_bytes() for name in ("nan", "zero", "left out")
    )
    assert nan == left_out != zero
