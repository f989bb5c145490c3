"""Learning curves as lines in a plot of fixed size."""

from dataclasses import dataclass

from papers.engine.curves import FILE, KEYS, read_curves
from papers.engine.report.axis import Axis
from papers.engine.report.rows import color_of, order_of, words_of

WIDTH, HEIGHT = 300, 170  # of a plot's area, in units of the drawing


@dataclass(frozen=True)
class Curve:
    """One line.

    Args:
        title: the method.
        color: number of its color, as `color_of` gives it.
        dashed: whether it is that of the training.
        points: its points as SVG has them.
    """

    title: str
    color: int
    dashed: bool
    points: str


@dataclass(frozen=True)
class CurvePlot:
    """A plot of curves.

    Args:
        label: what is on the vertical axis.
        epochs: the horizontal `Axis`.
        values: the vertical `Axis`.
        curves: the `Curve`s.
    """

    label: str
    epochs: Axis
    values: Axis
    curves: tuple[Curve, ...]


@dataclass(frozen=True)
class Learning:
    """The curves of the methods that were trained together.

    Args:
        words: what was run.
        titles: the methods, `(title, color)` each.
        plots: the plots of the losses and of the validation score.
    """

    words: str
    titles: tuple[tuple[str, int], ...]
    plots: tuple[CurvePlot, ...]


def learning_of(paper, folders):
    """Returns the `Learning` of each recorded figure of more than one epoch.

    The longest trainings on whole scans come first, phantoms last.

    Args:
        paper: a `papers.engine.paper.Paper`.
        folders: `(owner, folder)` of each results folder.
    """
    found = []
    for owner, folder in folders:
        if not (folder / FILE).exists():
            continue
        rows = read_curves(folder / FILE).astype({"epoch": "float64"})
        for _, of_figure in rows.groupby("figure", sort=False):
            if of_figure["epoch"].max() > 1:
                found.append((owner, of_figure))
    found.sort(key=lambda one: order_of(one[1].iloc[0], paper, 0))
    return [_learning(paper, *one) for one in found]


def _learning(paper, owner, rows):
    titles = {method.id: method.title for method in paper.methods}
    methods = [name for name in titles if (rows["method"] == name).any()]
    training, validation, score = KEYS
    epochs = Axis(rows["epoch"])
    plots = []
    for label, keys in (
        ("loss", (training, validation)),
        ("validation Dice", (score,)),
    ):
        values = Axis([value for key in keys for value in rows[key]])
        curves = [
            Curve(
                titles[method],
                color_of(paper, method),
                key == training,
                _points(rows[rows["method"] == method], key, epochs, values),
            )
            for method in methods
            for key in keys
        ]
        plots.append(CurvePlot(label, epochs, values, tuple(curves)))
    first = rows.iloc[0]
    group = {"coverage": "", **{name: first[name] for name in _GROUP}}
    words = words_of(group, owner).replace("  ", " ").replace(" ,", ",")
    words += f", fold {first['fold']}, seed {first['seed']}"
    legend = tuple((titles[name], color_of(paper, name)) for name in methods)
    return Learning(words, legend, tuple(plots))


_GROUP = ("data", "profile", "budget", "split")


def _points(rows, key, epochs, values):
    """Returns the points of a curve; epochs without a value are left out."""
    places = (
        (epochs.at(epoch), values.at(value))
        for epoch, value in zip(rows["epoch"], rows[key], strict=True)
    )
    return " ".join(
        f"{x * WIDTH / 100:.1f},{HEIGHT - y * HEIGHT / 100:.1f}"
        for x, y in places
        if y is not None
    )
