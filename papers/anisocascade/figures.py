"""Overlay figures: FLAIR, truth and result of the cascades."""

import numpy as np

from common.reporting.figures import Caption, label_grid
from papers.engine.brats import middle_slice, origins, shown_cases
from papers.engine.results import figure_suffix

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
    files = []
    for job in runner.jobs:
        if job.method.scored and job.finished():
            case_ids = shown_cases(runner, runner.rows(job), "wt_dice")
            if case_ids:
                name = f"overlay_{job.method.id}_{figure_suffix(runner, job)}.png"
                files.append(folder / name)
                _overlay(runner, job, case_ids, files[-1])
    return files


def _overlay(runner, job, case_ids, path):
    cases = {case.id: case for case in runner.dataset}
    rows = []
    for case_id in case_ids:
        case = cases[case_id]
        truth = runner.dataset.read_labels(case)
        result = runner.prediction(job, case)
        middle = middle_slice(truth)
        flair, t1ce = (
            runner.dataset.read_image(case, name)[middle] for name in ("flair", "t1ce")
        )
        panels = [(flair, None), (t1ce, None)]
        rows.append([*panels, (flair, truth[middle]), (flair, result[middle])])
    origin = origins(runner, case_ids)
    # The authors trained on all 285 cases of 2017, this one among them.
    seen = "; its authors trained on it" if job.method.given and origin else ""
    caption = Caption(
        text=f"{job.method.title}: the axial slice with most tumor of "
        f"{', '.join(case_ids)}, from lowest to highest Dice{seen}.{origin}",
        data=runner.dataset.name,
        profile=runner.request.profile_label(),
        budget=f"{job.budget}, split {job.split_name}",
        n=len(job.split.test),
    )
    shown = [panel[1] for row in rows for panel in row if panel[1] is not None]
    present = np.unique(np.concatenate([labels.ravel() for labels in shown]))
    # Label 3 is one of 2013 and 2015 only.
    colors = {k: v for k, v in COLORS.items() if k != 3 or k in present}
    label_grid(path, rows, TITLES, colors, caption)
