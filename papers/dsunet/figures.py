"""Figure 2 of the paper: FLAIR, result and truth, in the paper's colors."""

from common.reporting.figures import Source, label_grid
from papers.engine.brats.figures import (
    MiddleSlice,
    attribution,
    draw_each,
    ordered,
)
from papers.engine.brats.palette import LABEL_COLORS
from papers.engine.figures import run_caption

# stated: the caption of figure 2, which names the colors of our palette.
COLORS = {
    2: LABEL_COLORS[2],
    4: LABEL_COLORS[4],
    1: ("necrotic and non-enhancing tumor", LABEL_COLORS[1][1]),
}
TITLES = ("FLAIR", "result", "truth")


def draw_figures(runner, folder):
    """Draws Figure 2 for each network that the request has run.

    Args:
        runner: a `papers.engine.runner.Runner` whose jobs are evaluated.
        folder: results folder.

    Returns:
        The list of files written.
    """
    return draw_each(runner, folder, "figure2", "mean_dice", _figure2)


def _figure2(runner, job, case_ids, path):
    rows = []
    for case_id in case_ids:
        middle = MiddleSlice(runner.dataset, case_id, joined=True)
        result = runner.prediction(job, middle.case)[middle.z]
        flair = middle.image("flair")
        rows.append([(flair, None), (flair, result), (flair, middle.truth)])
    text = (
        f"{job.method.title}: the axial slice with most tumor of "
        f"{', '.join(case_ids)}, test cases{ordered(case_ids, 'average Dice')}."
        f"{attribution(runner, case_ids)}"
    )
    source = Source(__name__, runner.rows(job), ("mean_dice",))
    label_grid(path, rows, TITLES, COLORS, run_caption(runner, job, text, source))
