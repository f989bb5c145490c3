"""Overlay figures: FLAIR, truth and result of the cascades."""

import numpy as np

from common.reporting.figures import label_grid
from papers.engine.brats.figures import MiddleSlice, attribution, draw_each
from papers.engine.results import run_caption

# chosen: the paper's figures have no legend.
COLORS = {
    2: ("edema", "tab:green"),
    1: ("necrosis and non-enhancing tumor", "gold"),
    3: ("non-enhancing tumor", "tab:blue"),
    4: ("enhancing tumor", "tab:red"),
}
TITLES = ("FLAIR", "T1 with contrast agent", "truth", "result")


def draw_figures(runner, folder):
    """Draws some cases of each cascade that the request has run.

    Args:
        runner: a `papers.engine.runner.Runner` whose jobs are evaluated.
        folder: results folder.

    Returns:
        The list of files written.
    """
    return draw_each(runner, folder, "overlay", "wt_dice", _overlay)


def _overlay(runner, job, case_ids, path):
    rows = []
    for case_id in case_ids:
        middle = MiddleSlice(runner.dataset, case_id)
        result = runner.prediction(job, middle.case)[middle.z]
        flair, t1ce = middle.image("flair"), middle.image("t1ce")
        panels = [(flair, None), (t1ce, None)]
        rows.append([*panels, (flair, middle.truth), (flair, result)])
    origin = attribution(runner, case_ids)
    # The authors trained on all 285 cases of 2017, this one among them.
    seen = "; its authors trained on it" if job.method.released and origin else ""
    text = (
        f"{job.method.title}: the axial slice with most tumor of "
        f"{', '.join(case_ids)}, from lowest to highest Dice{seen}.{origin}"
    )
    shown = [panel[1] for row in rows for panel in row if panel[1] is not None]
    present = np.unique(np.concatenate([labels.ravel() for labels in shown]))
    # Only 2013 and 2015 have label 3.
    colors = {k: v for k, v in COLORS.items() if k != 3 or k in present}
    label_grid(path, rows, TITLES, colors, run_caption(runner, job, text))
