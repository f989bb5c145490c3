"""What all figures share: their style, their colors, their caption and their file."""

import contextlib
import textwrap

import numpy as np

from common.files import atomic_path
from common.reporting.figures.source import KEY

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
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")


@contextlib.contextmanager
def open_figure(path, size, caption):
    """Yields an area to draw in; then adds the caption and writes the file.

    Args:
        path: the PNG file to write.
        size: width and height of the area, in inches.
        caption: a `Caption`.

    Raises:
        UserError: the file cannot be written.
    """
    import matplotlib.style
    from matplotlib.figure import Figure

    width, height = size
    # A letter of the caption is about 0.05 inches wide, a line 0.14 inches high.
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
            # Without the library's version and a date, so that the same figure
            # gives the same bytes.
            metadata = {"Software": None}
            if caption.source is not None:
                metadata[KEY] = caption.source.note()
            figure.savefig(temporary, format="png", metadata=metadata)


def columns_of_legend(names, width):
    """Returns how many names fit side by side in a legend.

    Args:
        names: the names; the longest one decides.
        width: width of the figure, in inches.
    """
    longest = 0.06 * max(map(len, names)) + 0.6  # the text and its line
    return int(np.clip(width // longest, 1, len(names)))
