"""Overlay figures: FLAIR, truth and result of the cascades."""

import numpy as np

from common.reporting.cells import is_phantom
from common.reporting.figures import Caption, label_grid
from papers.results import figure_suffix

# chosen: the paper's figures have no legend.
COLORS = {
    2: ("edema", "tab:green"),
    1: ("necrosis and non-enhancing tumor", "gold"),
    3: ("non-enhancing tumor", "tab:blue"),
    4: ("enhancing tumor", "tab:red"),
}
TITLES = ("FLAIR", "T1 with contrast agent", "truth", "result")
MOST_ROWS = 3
ATTRIBUTION = {
    "Brats17_2013_10_1": "BRATS 2013/2015, CC BY-NC-SA 3.0",
}


def draw_figures(runner, folder):
    """Draws some cases of each cascade that the request has run.

    Args:
        runner: a `papers.runner.Runner` whose jobs are evaluated.
        folder: results folder.

    Returns:
        The list of files written.
    """
    files = []
    for job in runner.jobs:
        if job.method.scored and job.finished():
            case_ids = shown_cases(runner, runner.rows(job))
            if case_ids:
                name = f"overlay_{job.method.id}_{figure_suffix(runner, job)}.png"
                files.append(folder / name)
                _overlay(runner, job, case_ids, files[-1])
    return files


def shown_cases(runner, rows):
    """Returns the cases at even steps of whole-tumor Dice, of those that may be.

    A result of real data is shown only where its license lets us.
    """
    if rows is None:
        return []
    rows = rows[rows["status"] == "ok"]
    if not is_phantom(runner.dataset.name):
        rows = rows[rows["case"].isin(list(ATTRIBUTION))]
    ordered = rows.sort_values(["wt_dice", "case"])["case"].tolist()
    steps = np.linspace(0, len(ordered) - 1, min(MOST_ROWS, len(ordered)))
    return [ordered[round(step)] for step in steps]


def _overlay(runner, job, case_ids, path):
    cases = {case.id: case for case in runner.dataset}
    rows = []
    for case_id in case_ids:
        case = cases[case_id]
        truth = runner.dataset.read_labels(case)
        result = runner.prediction(job, case)
        middle = int(np.argmax((truth > 0).sum(axis=(1, 2))))
        flair, t1ce = (
            runner.dataset.read_image(case, name)[middle] for name in ("flair", "t1ce")
        )
        panels = [(flair, None), (t1ce, None)]
        rows.append([*panels, (flair, truth[middle]), (flair, result[middle])])
    origins = [ATTRIBUTION[c] for c in case_ids if c in ATTRIBUTION]
    origin = "".join(f" Images: {text}." for text in dict.fromkeys(origins))
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
