"""Figure 8 of the paper: the truth of a slice and what each method finds."""

import numpy as np
import pandas as pd

from common.reporting.figures import Source, label_grid
from papers.engine.brats.figures import (
    MiddleSlice,
    attribution,
    ordered,
    scored_together,
    shown_cases,
)
from papers.engine.figures import figure_suffix, run_caption

# The paper's own colors, not those of the suite: "Blue region represents enhancing
# tumor. Green region and blue region represent tumor core. The whole colored region
# represents complete tumor." It does not name the third color.
COLORS = {
    2: ("rest of the complete tumor", "tab:red"),
    1: ("rest of the tumor core", "tab:green"),
    4: ("enhancing tumor", "tab:blue"),
}


def draw_figures(runner, folder):
    """Draws Figure 8 of each fold and seed that the request has run.

    Args:
        runner: a `papers.engine.runner.Runner` whose jobs are evaluated.
        folder: results folder.

    Returns:
        The list of files written; real cases are shown where their license lets us.
    """
    files = []
    for jobs in scored_together(
        runner, lambda job: (job.split_name, job.split.fold, job.seed)
    ):
        what, count, case_ids = _shown(runner, jobs[-1])
        if case_ids:
            files.append(folder / f"figure8_{figure_suffix(runner, jobs[0])}.png")
            _figure8(runner, jobs, case_ids, (what, count), files[-1])
    return files


def _shown(runner, job):
    """Returns held-out cases to draw or, if none may be shown, training cases."""
    rows = runner.rows(job)
    is_held_out = rows["split"] == job.split_name
    held_out, trained_on = rows[is_held_out], rows[~is_held_out]
    case_ids = shown_cases(runner, held_out, "wt_dice")
    if case_ids:
        return "held-out cases", len(held_out), case_ids
    case_ids = shown_cases(runner, trained_on, "wt_dice")
    return "cases trained on", len(trained_on), case_ids


def _figure8(runner, jobs, case_ids, shown, path):
    what, count = shown
    found = [runner.predict(job, case_ids) for job in jobs]
    rows = []
    for i, case_id in enumerate(case_ids):
        middle = MiddleSlice(runner.dataset, case_id)
        flair = middle.image("flair")
        panels = [middle.truth, *(maps[i, middle.z] for maps in found)]
        rows.append([(flair, None), *((flair, _core(labels)) for labels in panels)])
    titles = ["FLAIR", "truth", *(_short(job.method) for job in jobs)]
    text = (
        f"The axial slice with most tumor of {', '.join(case_ids)}, {what}"
        f"{ordered(case_ids, 'Dice of the last method')}."
        f"{attribution(runner, case_ids)} Blue and green are the paper's colors; it "
        "does not name the third."
    )
    scores = pd.concat([runner.rows(job) for job in jobs], ignore_index=True)
    source = Source(__name__, scores, ("wt_dice",))
    caption = run_caption(runner, jobs[0], text, source, count, each_network=True)
    label_grid(path, rows, titles, COLORS, caption)


def _core(labels):
    """Returns labels with those of the core that do not enhance as one, 1."""
    return np.where(labels == 3, 1, labels)


def _short(method):
    return method.id.replace("-", ",\n")
