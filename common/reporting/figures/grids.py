"""Grids of images with masks or label maps drawn over them."""

import numpy as np

from common.reporting.figures.canvas import columns_of_legend, open_figure

_YELLOW = "#FFE119"


def overlay_grid(path, rows, titles, caption):
    """Draws a grid of images, with masks as outlined yellow areas.

    Args:
        path: the PNG file to write.
        rows: one list of panels per row. A panel is `(image, mask or None)`, both
            arrays `(height, width)`; the mask is binary.
        titles: one title per column, such as `"(a) Original image"`.
        caption: a `Caption`.

    Raises:
        UserError: the file cannot be written.
    """
    side = 1.5  # inches
    size = (side * len(titles), side * len(rows) + 0.18)
    with open_figure(path, size, caption) as figure:
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
        rows: one list of panels per row. A panel is `(image, labels)`, both arrays
            `(height, width)`; the labels are integers. Either may be None. Labels
            without an image are opaque.
        titles: one title per column.
        colors: for each label `(name, color)`, with matplotlib's color names.
            Labels without an entry are not drawn; the legend has those that are.
        caption: a `Caption`.

    Raises:
        UserError: the file cannot be written.
    """
    from matplotlib.colors import to_rgba
    from matplotlib.patches import Patch

    colors = _present(rows, colors)
    side = 1.8  # inches
    width = side * len(titles)
    columns = columns_of_legend([name for name, _ in colors.values()], width)
    lines = -(-len(colors) // columns)
    size = (width, side * len(rows) + 0.27 + 0.15 * lines)
    with open_figure(path, size, caption) as figure:
        grid = figure.subplots(len(rows), len(titles), squeeze=False)
        for axes, panels in zip(grid, rows, strict=True):
            for axis, (image, labels) in zip(axes, panels, strict=True):
                if image is not None:
                    _draw_image(axis, image)
                if labels is not None:
                    _draw_labels(axis, labels, colors, _alpha(image))
        for axis, title in zip(grid[0], titles, strict=True):
            axis.set_title(title, pad=4)
        # As pale as they are drawn, where they are drawn over images only.
        alpha = max(
            _alpha(image) for row in rows for image, labels in row if labels is not None
        )
        handles = [
            Patch(facecolor=to_rgba(color, alpha), edgecolor="0.4", lw=0.5, label=name)
            for name, color in colors.values()
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=columns)


def _present(rows, colors):
    """Returns the colors of those labels that are somewhere in a grid."""
    maps = [labels for row in rows for _, labels in row if labels is not None]
    found = np.unique(np.concatenate([labels.ravel() for labels in maps]))
    return {k: color for k, color in colors.items() if k in found} or colors


def _alpha(image):
    """Returns how opaque labels are: over an image, it shows through."""
    return 1.0 if image is None else 0.6


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
    # A frame of background closes the outline at the image's border.
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
