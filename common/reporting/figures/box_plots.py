"""Box plots of a score over cases."""

import textwrap

import numpy as np

from common.reporting.bootstrap import MIN_CASES
from common.reporting.figures.canvas import COLORS, columns_of_legend, open_figure


def box_plot(path, values_by_method, label, caption):
    """Draws the distribution of a score over cases, one box per method.

    The solid line is the median, the dotted line the mean; whiskers reach to
    1.5 times the interquartile range. Fewer than `MIN_CASES` cases have no quartiles
    to speak of: they are shown one by one.

    Args:
        path: the PNG file to write.
        values_by_method: for each method's title the scores of its cases. NaN
            (undefined) is left out; the number below each box counts the rest.
        label: name of the score.
        caption: a `Caption`.

    Raises:
        UserError: the file cannot be written.
    """
    scores = list(map(_defined, values_by_method.values()))
    names = [
        f"{textwrap.fill(title, 14)}\nn = {len(values)}"
        for title, values in zip(values_by_method, scores, strict=True)
    ]
    with open_figure(path, (max(3.3, 0.95 * len(names) + 0.6), 3.0), caption) as figure:
        axis = figure.subplots()
        lines = {"thin": 0.8, "thick": 1.3, "dot": 3}
        boxes = _draw_boxes(axis, scores, **lines, tick_labels=names, widths=0.55)
        axis.set_ylabel(label)
        handles = list(boxes.values())
        figure.legend(handles, list(boxes), loc="outside lower center", ncols=3)


def grouped_box_plot(path, panels, caption):
    """Draws distributions over cases: panels with groups of one box per method.

    The solid line is the median, the dotted line the mean; whiskers reach to
    1.5 times the interquartile range. Fewer than `MIN_CASES` cases have no quartiles
    to speak of: they are shown one by one.

    Args:
        path: the PNG file to write.
        panels: `{score: {group: {title of a method: scores of its cases}}}`.
            NaN (undefined) is left out.
        caption: a `Caption`.

    Raises:
        UserError: the file cannot be written.
    """
    from matplotlib.patches import Patch

    width = 3.4 * len(panels)
    with open_figure(path, (width, 2.9), caption) as figure:
        axes = figure.subplots(1, len(panels), squeeze=False)[0]
        marks = {}
        for axis, (label, groups) in zip(axes, panels.items(), strict=True):
            for start, of_group in enumerate(groups.values()):
                marks |= _group_of_boxes(axis, start, list(of_group.values()))
            axis.set_xticks(range(len(groups)), list(groups))
            axis.set_ylabel(label)
        titles = list(next(iter(groups.values())))
        handles = [
            Patch(facecolor=_light(i), edgecolor=_color(i), lw=0.7)
            for i in range(len(titles))
        ]
        names = [*titles, *marks]
        figure.legend(
            [*handles, *marks.values()],
            names,
            loc="outside lower center",
            ncols=columns_of_legend(names, width),
        )


def _group_of_boxes(axis, center, groups):
    """Draws boxes side by side around a position and returns the artists."""
    step = 0.8 / len(groups)
    offsets = (np.arange(len(groups)) - (len(groups) - 1) / 2) * step
    return _draw_boxes(
        axis,
        list(map(_defined, groups)),
        thin=0.7,
        thick=1.1,
        dot=2.5,
        positions=center + offsets,
        widths=0.85 * step,
        manage_ticks=False,
    )


def _draw_boxes(axis, scores, thin, thick, dot, **options):
    """Draws one box per array of scores, or its cases where they are few.

    Args:
        axis: where to draw.
        scores: one array per method.
        thin: width of most lines in points.
        thick: width of the lines of median and mean.
        dot: size of a case's dot.
        **options: of matplotlib's `boxplot`.

    Returns:
        What the legend has to explain: an artist by its name.
    """
    few = [len(values) < MIN_CASES for values in scores]
    boxes = axis.boxplot(
        # An empty box keeps the place, and the color, of a method with few cases.
        [[] if alone else values for values, alone in zip(scores, few, strict=True)],
        showmeans=True,
        meanline=True,
        patch_artist=True,
        medianprops={"color": "black", "lw": thick},
        meanprops={"color": "black", "lw": thick, "ls": ":"},
        whiskerprops={"lw": thin},
        capprops={"lw": thin},
        flierprops={"marker": ".", "ms": dot, "mec": "none", "mfc": "0.4"},
        **options,
    )
    for position, box in enumerate(boxes["boxes"]):
        box.set(facecolor=_light(position), edgecolor=_color(position), lw=thin)
    places = options.get("positions", range(1, len(scores) + 1))
    marks = {}
    for number, (place, values, alone) in enumerate(
        zip(places, scores, few, strict=True)
    ):
        if alone and len(values):
            look = {"marker": "o", "ms": dot + 1, "mec": _color(number), "ls": "none"}
            axis.plot([place] * len(values), values, mfc=_light(number), **look)
            (marks["one case"],) = axis.plot([], [], **look | {"mec": "0.4"}, mfc="0.8")
    if not all(few):
        shown = few.index(False)
        marks |= {"median": boxes["medians"][shown], "mean": boxes["means"][shown]}
    return marks


def _defined(values):
    """Returns the scores that are not NaN."""
    values = np.asarray(values, np.float64)
    return values[~np.isnan(values)]


def _color(position):
    return COLORS[position % len(COLORS)]


def _light(position):
    """Returns a method's color, lighter but opaque, to cover the grid lines."""
    from matplotlib.colors import to_rgb

    return 0.65 + 0.35 * np.array(to_rgb(_color(position)))
