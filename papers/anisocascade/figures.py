"""Overlay figures: FLAIR, truth and result of the cascades."""

from common.reporting.figures import Source, label_grid
from papers.engine.brats.figures import (
    MiddleSlice,
    attribution,
    draw_each,
    ordered,
)
from papers.engine.brats.palette import LABEL_COLORS
from papers.engine.figures import run_caption

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
        f"{', '.join(case_ids)}{ordered(case_ids, 'Dice')}{seen}.{origin}"
    )
    source = Source(__name__, runner.rows(job), ("wt_dice",))
    # The paper's figures have no legend.
    label_grid(path, rows, TITLES, LABEL_COLORS, run_caption(runner, job, text, source))
