"""Trainings of every method of a paper, twice: alone, and beside busy processes."""

import contextlib
import json
import os
import signal
from functools import partial
from pathlib import Path

from papers import registry
from tests.faults import trees
from tests.faults.killing import run_verb
from tests.faults.processes import run

EPOCHS = 3
# What makes networks and data small, by paper.
SMALL = {
    "linkdsl": ("preparation.image_size=32", "network.base_filters=16"),
    "cunet": (
        *(
            "network.cu_net_filters=1",
            "network.unet_filters=2",
            "network.drn_filters=1",
        ),
        *("network.bfcn_filters=2", "network.head_channels=1", "training.every=1"),
    ),
    "dsunet": ("network.base_filters=2",),
    "hierdice": (
        "network.base_filters=4",
        "training.tower_size=1",
        "slices.group=all",
    ),
    "anisocascade": ("network.base_channels=8",),
}


def methods_of(paper):
    """Returns the ids of a paper's methods that train, in the order of their needs."""
    return [one.id for one in paper.methods if not (one.parts or one.released)]


def repeated(paper_id, folder, methods=None):
    """Trains and scores each method of a paper in two fresh processes.

    Args:
        paper_id: the paper.
        folder: an empty folder.
        methods: ids of some of its methods; None for all that train.

    Yields:
        For each method its id and a list of what differs, of weights, history, logs and
        rows; None in its place where it could not be run, and what was printed.
    """
    paper = registry.paper(paper_id)
    alone, beside = folder / "alone", folder / "beside"
    for place in (alone, beside):
        place.mkdir()
        _require(run(place, partial(_write_data, paper.dataset)))
    for method in methods_of(paper) if methods is None else methods:
        ends = [run(alone, partial(_train, paper_id, method))]
        with _busy():
            ends.append(run(beside, partial(_train, paper_id, method)))
        if any(end.code for end in ends):
            yield method, None, "\n".join(end.output[-500:] for end in ends)
            continue
        one, other = (
            trees.contents(_run_of(place, method)) for place in (alone, beside)
        )
        yield method, trees.differences(one, other), sorted(one)


def _write_data(dataset):
    if dataset == "figshare":
        from data.phantom.figshare.write import write_phantom

        write_phantom(Path("data"), count=24, size=64, max_slices=3)
    else:
        small = ("--folder", "data", "--count", "6", "--shape", "16,48,48")
        run_verb(("phantom", dataset, *small))


def _train(paper_id, method):
    if paper_id == "anisocascade":
        from papers.anisocascade.experiment import Experiment

        Experiment.steps_per_epoch = 20  # of an epoch's 100, which take a minute
    words = [paper_id, "--data", "data", "--profile", "demo", "--folds", "0"]
    words += ["--epochs", str(EPOCHS), "--methods", method]
    for change in SMALL[paper_id]:
        words += ["--set", change]
    for verb in ("train", "evaluate"):
        try:
            run_verb((verb, *words))
        except SystemExit as stopped:
            if stopped.code:
                raise


def _run_of(place, method):
    """Returns the folder of a method's run."""
    (found,) = [
        path.parent
        for path in place.rglob("runs/**/job.json")
        if json.loads(path.read_text())["method"] == method
    ]
    return found


def _require(ended):
    if ended.code:
        raise RuntimeError(ended.output)


@contextlib.contextmanager
def _busy():
    """Has as many processes as there are processors work meanwhile."""
    processes = []
    try:
        for _ in range(os.cpu_count()):
            process = os.fork()
            if not process:
                while True:
                    pass
            processes.append(process)
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
