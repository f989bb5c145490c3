"""The learning curves of all recorded runs, kept beside the rows of their cases."""

import re

from common.errors import UserError
from common.files import write_text
from common.reporting.cases import RUN, read_cases
from common.reporting.figures import (
    Caption,
    Source,
    learning_curves,
    read_note,
    why_stale,
)
from common.reporting.text import read_columns, to_csv

FILE = "curves.csv"
KEYS = ("loss", "val_loss", "val_dice")
# The figure that shows the run, the number of validation cases, and the curve itself.
COLUMNS = [*RUN, "figure", "n_validation", "epoch", *KEYS]
_AGAIN = "delete the file and draw the figures again"


def record_curves(folder, rows):
    """Adds curves to those of a results folder; a run's older curve is replaced.

    Args:
        folder: the results folder.
        rows: a `DataFrame` with the columns `COLUMNS`, of one or more whole runs.
    """
    import pandas as pd

    if rows.empty:
        return
    path = folder / FILE
    if path.exists():
        old, new = read_curves(path), rows
        # The same figure of other data is outdated as well.
        methods = pd.MultiIndex.from_frame(new[["method", "figure"]])
        current = old["figure"].map(
            dict(zip(new["figure"], new["fingerprint"], strict=True))
        )
        outdated = current.notna() & (current != old["fingerprint"])
        replaced = pd.MultiIndex.from_frame(old[["method", "figure"]]).isin(methods)
        rows = pd.concat([old[~(replaced | outdated)], _typed(new)], ignore_index=True)
    rows = _typed(rows).sort_values([*RUN, "figure", "epoch"])
    write_text(path, to_csv(rows[COLUMNS]))


def read_curves(path):
    """Reads the rows that `record_curves` has written.

    Args:
        path: the file.

    Raises:
        UserError: it cannot be read, lacks a column, has text for a number, or a
            figure of another folder.
    """
    rows = read_columns(path, COLUMNS, _AGAIN)
    # It becomes a part of the name of a file.
    others = [name for name in rows["figure"] if not re.fullmatch(r"[\w.+-]+", name)]
    if others:
        expected = "figures by names of letters, digits, _ . + and -"
        raise UserError(path, expected, repr(others[0]), _AGAIN)
    try:
        rows["n_validation"].astype("int64")
        return _typed(rows)
    except ValueError as error:
        raise UserError(path, "numbers", error, _AGAIN) from error


def draw_curves(paper, folder, figures=None):
    """Draws the learning curves of all recorded runs.

    A run of a single epoch has no curve.

    Args:
        paper: a `papers.engine.paper.Paper`.
        folder: its results folder.
        figures: the figures to draw, by the end of their names; None for all.

    Returns:
        The files that were drawn.
    """
    path = folder / FILE
    if not path.exists():
        return []
    titles = {method.id: method.title for method in paper.methods}
    files = []
    for name, rows in read_curves(path).groupby("figure"):
        if (figures is not None and name not in figures) or rows["epoch"].max() == 1:
            continue
        files.append(folder / f"learning_curves_{name}.png")
        _draw(paper, files[-1], rows, titles)
    return files


def figures_again(paper, root, say):
    """Draws again what follows from recorded rows alone; removes what is stale.

    The figures of predictions need their runs: `make figure-<paper>` draws them.

    Args:
        paper: a `papers.engine.paper.Paper`.
        root: folder of all results.
        say: function that shows a line of text.
    """
    paths = [*(root / paper.id).rglob("*.png"), *(root / paper.id).rglob(FILE)]
    for folder in sorted({path.parent for path in paths}):
        drawn = draw_curves(paper, folder)
        if hasattr(paper.figures, "draw_again") and (folder / "cases.csv").exists():
            cases = read_cases(folder / "cases.csv")
            drawn += paper.figures.draw_again(paper, folder, cases)
        for path in drawn:
            say(f"wrote {path}")
        for path in sorted(folder.glob("*.png")):
            if read_note(path) is None:  # perhaps not ours to remove
                say(f"left {path}: it does not say what it was made of")
            elif reason := why_stale(path):
                path.unlink()
                say(f"removed {path}: {reason}")


def _draw(paper, path, rows, titles):
    first = rows.iloc[0]
    text = (
        f"Learning curves, split {first['split']}, fold {first['fold']}, "
        f"seed {first['seed']}."
    )
    histories = {
        title: rows[rows["method"] == method]
        for method, title in titles.items()  # in the paper's order
        if (rows["method"] == method).any()
    }
    caption = Caption(
        text=" ".join(filter(None, [text, paper.curves_note])),
        data=first["data"],
        profile=first["profile"],
        budget=first["budget"],
        n=int(first["n_validation"]),
        source=Source(__name__, rows, KEYS, FILE),
    )
    learning_curves(path, histories, KEYS, caption)


def _typed(rows):
    numbers = dict.fromkeys(KEYS, "float64") | {"epoch": "int64"}
    rows = rows.replace({name: {"": "nan"} for name in KEYS})
    return rows.astype(numbers | dict.fromkeys(["fold", "seed"], "str"))
