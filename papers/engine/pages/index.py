"""The index of the folder of results: what each file holds, and each picture."""

import re

from papers import registry
from papers.engine.pages.pictures import made_of
from papers.engine.pages.text import folded
from papers.engine.pages.trainings import trainings_table

# What a file of a results folder holds, by its name.
_FILES = {
    "cases.csv": "one row per case and run: scores, counts, command, commit",
    "README.md": "the card of the weights",
    "best.weights.h5": "weights in half precision",
    "finished.json": "epochs and seconds of the training",
    "job.json": "method, protocol and cases of the training",
    "shipped.json": "what the card says of these weights",
    "cells.csv": "one row per table cell and run: published, reproduced with interval, "
    "gap, n, convention, command",
    "claims.csv": "what the paper claims, and the verdict of each run",
    "curves.csv": "loss and validation score of each epoch of each recorded run",
    "expected.csv": "the range in which `make verify` expects each cell",
    "folds.csv": "the cases of each fold",
    "leak.csv": "what image-wise folds overstate, method by method",
    "paired.csv": "two methods compared patient by patient",
    "parts.csv": "which cases train, validate and test",
    "trainings.csv": "what each training took: epochs, hours, waiting, machine",
    "table_losses.csv": "the losses that the paper names without a table",
    "table_readings.csv": "every definition that the published scores may have",
}
_FIGURES = {
    "figure": "figure {} of the paper",
    "overlay": "truth and result over a slice",
    "example": "typical slices, their truth and what the method finds",
    "learning_curves": "learning curves",
}
_JOINED = {
    "audit.csv": "what the published numbers contradict (`make audit`)",
    "own_scan.csv": "what preparation regains of moved scans: registration error, "
    "Dice of the masks (`benchmarks.scans.bench`)",
}


def index_blocks(results):
    """Returns the generated parts of `results/README.md` by name.

    Args:
        results: the folder of all results.
    """
    joined = [
        f"- [{path.name}]({path.name}): {_JOINED.get(path.name) or _joined(path)}"
        for path in sorted(results.glob("*.csv"))
    ]
    parts = ["\n".join(joined)]
    for paper in registry.papers():
        for one in _folders(results / paper.id):
            name = one.relative_to(results).as_posix()
            lines = [_line(paper, path, results) for path in _files(one)]
            if lines:
                parts.append(f"### `{name}`\n\n" + "\n".join(lines))
                parts += _pictures(one, results)
    return {"files": "\n\n".join(parts), "trainings": trainings_table(results)}


def described(results):
    """Yields each file that the index names, and what it holds in one line.

    Args:
        results: the folder of all results.
    """
    for path in sorted(results.glob("*.csv")):
        yield path, _JOINED.get(path.name) or _joined(path)
    for paper in registry.papers():
        for one in _folders(results / paper.id):
            for path in _files(one):
                yield path, describe(paper, path)


def describe(paper, path):
    """Returns in one line what a file of a paper's results holds.

    Args:
        paper: the paper's declaration.
        path: the file.
    """
    if path.suffix == ".png":
        return _figure(path)
    for table in paper.tables:
        if path.name == table.file_name and path.name not in _FILES:
            return f"table {table.name.strip('_')} of the paper: {table.title}"
    if path.name in _FILES:
        return _FILES[path.name]
    if path.with_suffix(".png").exists():
        return f"the scores behind `{path.with_suffix('.png').name}`"
    return path.stem.replace("_", " ")


def _folders(folder):
    """Returns a paper's folder of results and those in it that hold files."""
    return sorted({folder, *(path.parent for path in folder.rglob("*.*"))})


def _files(folder):
    return sorted(path for path in folder.glob("[!.]*.*") if path.is_file())


def _line(paper, path, results):
    target = path.relative_to(results).as_posix()
    return f"- [{path.name}]({target}): {describe(paper, path)}"


def _joined(path):
    name = path.stem.removeprefix("table_")
    dataset = name.removesuffix("_all")
    what = "together" if name == dataset else "with every run and column"
    return f"the papers on `{dataset}` {what} (`make table-{dataset}`)"


def _figure(path):
    """Returns what a figure shows and what it was run on."""
    kind = next(name for name in (*_FIGURES, "") if path.name.startswith(name))
    number = re.match(r"figure(\d+)", path.name)
    words = _FIGURES.get(kind, path.stem).format(number[1] if number else "")
    where = made_of(path)
    columns = ("method", "data", "profile", "budget", "split", "fold", "seed")
    said = [f"{name} {', '.join(where[name])}" for name in columns if where.get(name)]
    return f"{words}; {'; '.join(said)}" if said else words


def _pictures(folder, results):
    pictures = sorted(folder.glob("*.png"))
    if not pictures:
        return []
    shown = [
        f"![{_figure(path)}]({path.relative_to(results).as_posix()})"
        for path in pictures
    ]
    return [folded("Pictures", "\n\n".join(shown))]
