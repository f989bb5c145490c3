"""Finished runs made small enough to be handed on: their weights in half precision."""

from pathlib import Path

import numpy as np

from common.errors import UserError
from common.files import atomic_folder, read_json, sha256, write_json
from papers.engine.run import Run
from papers.engine.zoo.half import write_half

CARD = "shipped.json"
# Of the record of a training; the rest tells of the machine's folders.
_KEPT = ("command", "commit", "packages", "processor", "python", "threads")


def export_run(paper, folder, target, license_name, say):
    """Writes a finished run, and the run that it takes its input from, for others.

    What is written is a run's folder again: `predict`, `load_run` and the Python
    classes take it as they take the run itself.

    Args:
        paper: the `papers.engine.paper.Paper` of the run.
        folder: the finished and scored run.
        target: folder that each run's folder is written into, under its own name.
        license_name: under which the weights are handed on.
        say: function that shows a line of text.

    Returns:
        The folder of the run that was written.

    Raises:
        UserError: there is no such run, it is not scored, or its weights cannot be
            written in half precision.
    """
    run = Run(folder)
    _, protocol = run.open(paper)
    card = _card(paper, run, protocol, license_name)
    before = run.previous()
    if before is not None:
        export_run(paper, before.folder, target, license_name, say)
    path = Path(target) / run.folder.name
    name = run.weights(protocol.training.checkpoint).name
    brain = protocol.training.precision == "mixed_bfloat16"
    half = "bfloat16" if brain else "float16"
    with atomic_folder(path) as made:
        try:
            write_half(run.folder / name, made / name, half)
        except ValueError as error:
            raise UserError(
                run.folder / name,
                "weights that half precision can hold",
                str(error),
                "hand on the run's own folder instead",
            ) from error
        for file in ("job.json", "finished.json"):
            write_json(made / file, read_json(run.folder / file))
        size = (made / name).stat().st_size
        file = {"file": name, "size": size, "sha256": sha256(made / name)}
        write_json(made / CARD, card | file)
    say(f"wrote {path}, {size / 1e6:.1f} MB")
    return path


def _card(paper, run, protocol, license_name):
    """Returns what a reader must know of the weights, for the card of the model."""
    if not run.is_evaluated:
        raise UserError(
            run.folder,
            "a run whose test cases are scored",
            "no evaluated.json",
            f"`make evaluate-{paper.id}` with the options of its training",
        )
    rows, environment, job = run.rows(), run.environment(), run.job()
    scored = rows[rows["status"] == "ok"]
    everyone = np.ones((1, len(scored)))
    scores = {
        column.label: round(float(column.aggregate(scored, everyone)[0]), 4)
        for table in paper.tables
        if not table.name.startswith("_")  # not of the paper
        for column in table.columns
        if set(column.aggregate.columns) <= set(scored)
    }
    first = rows.iloc[0]
    return {
        "paper": paper.id,
        "method": job["method"],
        "license": license_name,
        "scores": scores,
        "scored": len(scored),
        "trained": len(job["train"]),
        **{key: str(first[key]) for key in ("data", "coverage", "profile", "budget")},
        **{key: job[key] for key in ("split", "fold", "seed")},
        "best_epoch": int(first["epoch"]),
        "checkpoint": protocol.training.checkpoint,
        "hours": round(run.finished()["seconds"] / 3600, 2),
        "full_precision": run.weights_digest(protocol.training.checkpoint),
        **{key: environment[key] for key in _KEPT if key in environment},
    }
