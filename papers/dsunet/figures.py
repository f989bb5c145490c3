"""Figure 2 of the paper: FLAIR, result and truth, in the paper's colors."""

import numpy as np

from common.reporting.figures import Caption, label_grid
from papers.engine.brats import middle_slice, origins, shown_cases
from papers.engine.results import figure_suffix

# stated: the caption of figure 2.
COLORS = {
    2: ("edema", "tab:green"),
    4: ("enhancing tumor", "tab:red"),
    1: ("necrotic and non-enhancing tumor", "gold"),
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
    files = []
    for job in runner.jobs:
        if job.finished():
            case_ids = shown_cases(runner, runner.rows(job), "mean_dice")
            if case_ids:
                name = f"figure2_{job.method.id}_{figure_suffix(runner, job)}.png"
                files.append(folder / name)
                _figure2(runner, job, case_ids, files[-1])
    return files


def _figure2(runner, job, case_ids, path):
    cases = {case.id: case for case in runner.dataset}
    rows = []
    for case_id in case_ids:
        case = cases[case_id]
        # Label 3 of 2013 and 2015 is part of label 1 since.
        truth = runner.dataset.read_labels(case)
        truth = np.where(truth == 3, 1, truth)
        result = runner.prediction(job, case)
        middle = middle_slice(truth)
        flair = runner.dataset.read_image(case, "flair")[middle]
        rows.append([(flair, None), (flair, result[middle]), (flair, truth[middle])])
    caption = Caption(
        text=f"{job.method.title}: the axial slice with most tumor of "
        f"{', '.join(case_ids)}, test cases from lowest to highest average Dice."
        f"{origins(runner, case_ids)}",
        data=runner.dataset.name,
        profile=runner.request.profile_label(),
        budget=f"{job.budget}, split {job.split_name}",
        n=len(job.split.test),
    )
    label_grid(path, rows, TITLES, COLORS, caption)
