"""A picture of a segmented scan: three slices of T1ce with the labels over them."""

import io

import numpy as np

from data.volume.orientation import brats_geometry, to_brats_axes
from papers.engine.brats.palette import LABEL_COLORS

_VIEWS = ("axial", "coronal", "sagittal")  # depth, height, width of an LPS volume
_HEIGHT, _DPI, _ALPHA = 3.2, 150, 0.45
_WINDOW = (1.0, 99.5)  # percentiles of what is not 0, black and white


def draw_scan(image, labels, geometry, volumes):
    """Draws the slices in which most of a tumor is seen, in the three views.

    The left of the patient is on the right, as radiologists show it, and marked "L".
    A line below names the colors of the labels.

    Args:
        image: `(depth, height, width)` in the order of its file.
        labels: canonical labels of the same shape.
        geometry: their `Geometry`.
        volumes: ml by region, for the line below.

    Returns:
        The bytes of a PNG file.
    """
    from matplotlib.figure import Figure

    affine = geometry.affine
    image, labels = to_brats_axes(image, affine), to_brats_axes(labels, affine)
    spacing = brats_geometry(geometry).spacing
    inside = image[image != 0]
    low, high = np.percentile(inside, _WINDOW) if len(inside) else (0, 1)
    figure = Figure(figsize=(3 * _HEIGHT, _HEIGHT + 0.4), layout="constrained")
    for axis, (area, view) in enumerate(
        zip(figure.subplots(1, 3), _VIEWS, strict=True)
    ):
        index = _fullest(labels, axis)
        rows, columns = (mm for other, mm in enumerate(spacing) if other != axis)
        gray = _upright(np.take(image, index, axis), axis)
        look = {"aspect": rows / columns, "interpolation": "nearest"}
        area.imshow(gray, cmap="gray", vmin=low, vmax=high, **look)
        area.imshow(_colored(_upright(np.take(labels, index, axis), axis)), **look)
        area.set_title(f"{view}, slice {index + 1} of {labels.shape[axis]}", size=8)
        area.set_axis_off()
        if view != "sagittal":
            _mark_left(area)
    words = ", ".join(f"{name.upper()} {ml:.1f} ml" for name, ml in volumes.items())
    figure.supxlabel(f"{_legend(labels)}\n{words}. Not for clinical use.", size=8)
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=_DPI, metadata={"Software": None})
    return content.getvalue()


def _fullest(labels, axis):
    """Returns the slice with most tumor, or the middle one where there is none."""
    others = tuple(one for one in range(3) if one != axis)
    counts = (labels > 0).sum(axis=others)
    return int(np.argmax(counts)) if counts.any() else labels.shape[axis] // 2


def _mark_left(area):
    """Writes "L" where the left of the patient is: columns of LPS grow to it."""
    look = {"color": "white", "backgroundcolor": "black", "size": 9}
    place = {"transform": area.transAxes, "ha": "right", "va": "center"}
    area.text(0.98, 0.5, "L", **look, **place)


def _legend(labels):
    """Names the colors; that of label 3, of old releases alone, where it is seen."""
    return "; ".join(
        f"{color.removeprefix('tab:')}: {name}"
        for label, (name, color) in LABEL_COLORS.items()
        if label != 3 or (labels == 3).any()
    )


def _upright(pixels, axis):
    """Turns a slice so that the top of the head, or its front, is above."""
    return pixels if axis == 0 else pixels[::-1]


def _colored(labels):
    """Returns labels as RGBA, transparent where there is none."""
    from matplotlib.colors import to_rgba

    colors = np.zeros((max(LABEL_COLORS) + 1, 4))
    for label, (_, color) in LABEL_COLORS.items():
        colors[label] = to_rgba(color, _ALPHA)
    return colors[labels]
