"""Figures: overlays of masks, learning curves and box plots.

Drawn without `pyplot`'s global state and in a fixed style, so that the same
numbers are the same bytes whatever the user's settings are.
"""

import contextlib
import textwrap
from dataclasses import dataclass

import numpy as np

from common.files import atomic_path
from common.reporting.cells import is_phantom

_STYLE = {
    "font.family": "DejaVu Sans",  # ships with matplotlib
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.labelsize": 8,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": "0.9",
    "grid.linewidth": 0.6,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "savefig.dpi": 200,
}
# Okabe and Ito's colors, which color-blind readers can tell apart, without the
# yellow, which is too light for a line on white.
_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_YELLOW = "#FFE119"


@dataclass(frozen=True)
class Caption:
    """The lines below a figure: what it shows and what it was made from.

    Args:
        text: what the figure shows; origin and license of real images.
        data: name of the data set.
        profile: name of the profile.
        budget: length of training, such as `"12 epochs"`.
        n: number of cases that the figure stands on.
    """

    text: str
    data: str
    profile: str
    budget: str
    n: int

    def __str__(self):
        phantom = "PHANTOM (synthetic data). " if is_phantom(self.data) else ""
        return (
            f"{phantom}{self.text} Data: {self.data}; profile: {self.profile}; "
            f"budget: {self.budget}; n = {self.n}."
        )


def overlay_grid(path, rows, titles, caption):
    """Draws a grid of images, with masks as yellow areas, outlined.

    Args:
        path: the PNG file to write.
        rows: one list of panels a row; a panel is `(image, mask or None)`, both
            arrays `(height, width)`, the mask binary.
        titles: one title a column, such as `"(a) Original image"`.
        caption: a `Caption`.

    Raises:
        UserError: the file cannot be written.
    """
    side = 1.5  # inches
    size = (side * len(titles), side * len(rows) + 0.18)
    with _figure(path, size, caption) as figure:
        grid = figure.subplots(len(rows), len(titles), squeeze=False)
        for axes, panels in zip(grid, rows, strict=True):
            for axis, (image, mask) in zip(axes, panels, strict=True):
                _draw_overlay(axis, image, mask)
        for axis, title in zip(grid[0], titles, strict=True):
            axis.set_title(title, pad=4)


def label_grid(path, rows, titles, colors, caption):
    """Draws a grid of images, with label maps as colored areas.

    Args:
        path: the PNG file to write.
        rows: one list of panels a row; a panel is `(image, labels)`, both arrays
            `(height, width)`, the labels integers; either may be None. Labels
            without an image are opaque.
        titles: one title a column.
        colors: for each label `(name, color)`, as matplotlib names colors; what has
            none is not drawn over.
        caption: a `Caption`.

    Raises:
        UserError: the file cannot be written.
    """
    from matplotlib.patches import Patch

    side = 1.8  # inches
    width = side * len(titles)
    columns = _columns_of_legend([name for name, _ in colors.values()], width)
    lines = -(-len(colors) // columns)
    size = (width, side * len(rows) + 0.27 + 0.15 * lines)
    with _figure(path, size, caption) as figure:
        grid = figure.subplots(len(rows), len(titles), squeeze=False)
        for axes, panels in zip(grid, rows, strict=True):
            for axis, (image, labels) in zip(axes, panels, strict=True):
                if image is not None:
                    _draw_image(axis, image)
                if labels is not None:
                    _draw_labels(axis, labels, colors, 1.0 if image is None else 0.6)
        for axis, title in zip(grid[0], titles, strict=True):
            axis.set_title(title, pad=4)
        handles = [
            Patch(facecolor=color, edgecolor="0.4", lw=0.5, label=name)
            for name, color in colors.values()
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=columns)


def learning_curves(path, histories, keys, caption):
    """Draws losses and the validation score over epochs, one color a method.

    Args:
        path: the PNG file to write.
        histories: for each method's title a `DataFrame` with the column `epoch`
            and the three of `keys`.
        keys: columns of training loss, validation loss and validation score,
            such as `("loss", "val_loss", "val_dice")`.
        caption: a `Caption`.

    Raises:
        UserError: the file cannot be written.
    """
    training, validation, score = keys
    with _figure(path, (6.6, 3.0), caption) as figure:
        losses, scores = figure.subplots(1, 2)
        for title, history in histories.items():
            color = _COLORS[len(scores.lines) % len(_COLORS)]
            epochs = history["epoch"]
            # A single epoch is no line.
            marker = "o" if len(history) == 1 else None
            whole = {"color": color, "lw": 1.3, "marker": marker, "ms": 3}
            dashed = whole | {"lw": 0.8, "ls": "--", "mfc": "none"}
            losses.plot(epochs, history[training], **dashed)
            losses.plot(epochs, history[validation], **whole)
            scores.plot(epochs, history[score], **whole, label=title)
        # Gray lines explain the dashes; the colors are explained below.
        losses.plot([], [], color="0.4", ls="--", lw=0.8, label="training")
        losses.plot([], [], color="0.4", lw=1.3, label="validation")
        losses.legend(loc="upper right")
        losses.set(xlabel="epoch", ylabel="loss")
        name = score.removeprefix("val_").replace("_", " ").capitalize()
        scores.set(xlabel="epoch", ylabel=f"validation {name}")
        for axis in (losses, scores):
            axis.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
        figure.legend(
            handles=scores.lines,
            loc="outside lower center",
            ncols=_columns_of_legend(list(histories), 6.6),
        )


def box_plot(path, values_by_method, label, caption):
    """Draws the distribution of a score over cases, one box a method.

    The solid line is the median, the dotted line the mean; whiskers reach to
    1.5 times the interquartile range.

    Args:
        path: the PNG file to write.
        values_by_method: for each method's title the scores of its cases; NaN
            (undefined) is left out, and the number below the box says so.
        label: name of the score.
        caption: a `Caption`.

    Raises:
        UserError: the file cannot be written.
    """
    scores = [np.asarray(values, np.float64) for values in values_by_method.values()]
    scores = [values[~np.isnan(values)] for values in scores]
    names = [
        f"{textwrap.fill(title, 14)}\nn = {len(values)}"
        for title, values in zip(values_by_method, scores, strict=True)
    ]
    with _figure(path, (max(3.3, 0.95 * len(names) + 0.6), 3.0), caption) as figure:
        axis = figure.subplots()
        boxes = axis.boxplot(
            scores,
            tick_labels=names,
            widths=0.55,
            showmeans=True,
            meanline=True,
            patch_artist=True,
            medianprops={"color": "black", "lw": 1.3},
            meanprops={"color": "black", "lw": 1.3, "ls": ":"},
            whiskerprops={"lw": 0.8},
            capprops={"lw": 0.8},
            flierprops={"marker": ".", "ms": 3, "mec": "none", "mfc": "0.4"},
        )
        for position, box in enumerate(boxes["boxes"]):
            color = _COLORS[position % len(_COLORS)]
            box.set(facecolor=_light(position), edgecolor=color, lw=0.8)
        axis.set_ylabel(label)
        lines = [boxes["medians"][0], boxes["means"][0]]
        figure.legend(lines, ["median", "mean"], loc="outside lower center", ncols=2)


def grouped_box_plot(path, panels, caption):
    """Draws distributions over cases, in each panel groups of boxes, one a method.

    The solid line is the median, the dotted line the mean; whiskers reach to
    1.5 times the interquartile range.

    Args:
        path: the PNG file to write.
        panels: for each score's name, for each group's name, for each method's
            title the scores of its cases; NaN (undefined) is left out.
        caption: a `Caption`.

    Raises:
        UserError: the file cannot be written.
    """
    from matplotlib.patches import Patch

    width = 3.4 * len(panels)
    with _figure(path, (width, 2.9), caption) as figure:
        axes = figure.subplots(1, len(panels), squeeze=False)[0]
        for axis, (label, groups) in zip(axes, panels.items(), strict=True):
            for start, of_group in enumerate(groups.values()):
                boxes = _group_of_boxes(axis, start, list(of_group.values()))
            axis.set_xticks(range(len(groups)), list(groups))
            axis.set_ylabel(label)
        titles = list(next(iter(groups.values())))
        handles = [Patch(facecolor=_light(i), label=t) for i, t in enumerate(titles)]
        lines = [boxes["medians"][0], boxes["means"][0]]
        names = [*titles, "median", "mean"]
        figure.legend(
            [*handles, *lines],
            names,
            loc="outside lower center",
            ncols=_columns_of_legend(names, width),
        )


def _columns_of_legend(names, width):
    """Returns how many names of this length fit side by side, width in inches."""
    longest = 0.06 * max(map(len, names)) + 0.6  # of text and of its line
    return int(np.clip(width // longest, 1, len(names)))


def _group_of_boxes(axis, center, groups):
    """Draws boxes side by side about a position, and returns the artists."""
    step = 0.8 / len(groups)
    offsets = (np.arange(len(groups)) - (len(groups) - 1) / 2) * step
    scores = [np.asarray(values, np.float64) for values in groups]
    boxes = axis.boxplot(
        [values[~np.isnan(values)] for values in scores],
        positions=center + offsets,
        widths=0.85 * step,
        manage_ticks=False,
        showmeans=True,
        meanline=True,
        patch_artist=True,
        medianprops={"color": "black", "lw": 1.1},
        meanprops={"color": "black", "lw": 1.1, "ls": ":"},
        whiskerprops={"lw": 0.7},
        capprops={"lw": 0.7},
        flierprops={"marker": ".", "ms": 2.5, "mec": "none", "mfc": "0.4"},
    )
    for position, box in enumerate(boxes["boxes"]):
        color = _COLORS[position % len(_COLORS)]
        box.set(facecolor=_light(position), edgecolor=color, lw=0.7)
    return boxes


def _light(position):
    """A method's color, lighter, yet opaque: no grid line crosses the box."""
    from matplotlib.colors import to_rgb

    return 0.65 + 0.35 * np.array(to_rgb(_COLORS[position % len(_COLORS)]))


def _draw_labels(axis, labels, colors, alpha):
    from matplotlib.colors import to_rgba

    area = np.zeros((*labels.shape, 4))
    for label, (_, color) in colors.items():
        area[labels == label] = to_rgba(color, alpha)
    axis.imshow(area, interpolation="nearest")
    axis.set_axis_off()


def _draw_image(axis, image):
    image = np.asarray(image, np.float64)
    # One bright vessel must not darken the whole slice.
    low, high = image.min(), np.quantile(image, 0.998)
    axis.imshow(image, cmap="gray", vmin=low, vmax=max(high, low + 1e-12))
    axis.set_axis_off()


def _draw_overlay(axis, image, mask):
    from matplotlib.colors import to_rgba

    _draw_image(axis, image)
    if mask is None:
        return
    mask = np.asarray(mask, bool)
    area = np.zeros((*mask.shape, 4))
    area[mask] = to_rgba(_YELLOW, 0.35)
    axis.imshow(area, interpolation="nearest")
    # A frame of background closes the outline at the border of the image.
    height, width = mask.shape
    axis.contour(
        np.arange(-1, width + 1),
        np.arange(-1, height + 1),
        np.pad(mask, 1).astype(np.float64),
        [0.5],
        colors=_YELLOW,
        linewidths=0.9,
    )
    axis.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))


@contextlib.contextmanager
def _figure(path, size, caption):
    """Yields an area of some inches to draw in; adds the caption and writes it."""
    import matplotlib.style
    from matplotlib.figure import Figure

    width, height = size
    # A letter of the caption is about 0.05 inches wide, its line 0.14 high.
    lines = textwrap.wrap(str(caption), int((width - 0.16) / 0.05))
    foot = 0.14 * len(lines) + 0.14
    with matplotlib.style.context(["default", _STYLE]):
        figure = Figure(figsize=(width, height + foot), layout="constrained")
        figure.get_layout_engine().set(w_pad=0.03, h_pad=0.03, wspace=0, hspace=0)
        body, below = figure.subfigures(2, 1, height_ratios=(height, foot))
        below.text(
            0.08 / width,
            0.06 / foot,
            "\n".join(lines),
            fontsize=6.5,
            color="0.25",
            va="bottom",
        )
        yield body
        with atomic_path(path) as temporary:
            # Without the library's version and a date: the same figure is the
            # same bytes.
            figure.savefig(temporary, format="png", metadata={"Software": None})
