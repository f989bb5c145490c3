"""Figure 2 of the paper: FLAIR, result and truth, in the paper's colors."""

import numpy as np

from common.reporting.cells import is_phantom
from common.reporting.figures import Caption, label_grid
from papers.results import figure_suffix

# stated: the caption of figure 2.
COLORS = {
    2: ("edema", "tab:green"),
    4: ("enhancing tumor", "tab:red"),
    1: ("necrotic and non-enhancing tumor", "gold"),
}
TITLES = ("FLAIR", "result", "truth")
MOST_ROWS = 3
# Whose license lets us show them.
ATTRIBUTION = {
    "Brats17_2013_10_1": "BRATS 2013/2015, CC BY-NC-SA 3.0",
}


def draw_figures(runner, folder):
    """Draws Figure 2 for each network that the request has run.

    Args:
        runner: a `papers.runner.Runner` whose jobs are evaluated.
        folder: results folder.

    Returns:
        The list of files written.
    """
    files = []
    for job in runner.jobs:
        if job.finished():
            case_ids = shown_cases(runner, runner.rows(job))
            if case_ids:
                name = f"figure2_{job.method.id}_{figure_suffix(runner, job)}.png"
                files.append(folder / name)
                _figure2(runner, job, case_ids, files[-1])
    return files


def shown_cases(runner, rows):
    """Returns the cases at even steps of the average Dice, of those that may be.

    A result of real data is shown only where its license lets us.
    """
    if rows is None:
        return []
    rows = rows[rows["status"] == "ok"]
    if not is_phantom(runner.dataset.name):
        rows = rows[rows["case"].isin(list(ATTRIBUTION))]
    ordered = rows.sort_values(["mean_dice", "case"])["case"].tolist()
    steps = np.linspace(0, len(ordered) - 1, min(MOST_ROWS, len(ordered)))
    return [ordered[round(step)] for step in steps]


def _figure2(runner, job, case_ids, path):
    cases = {case.id: case for case in runner.dataset}
    rows = []
    for case_id in case_ids:
        case = cases[case_id]
        # Label 3 of 2013 and 2015 is part of label 1 since.
        truth = runner.dataset.read_labels(case)
        truth = np.where(truth == 3, 1, truth)
        result = runner.prediction(job, case)
        middle = int(np.argmax((truth > 0).sum(axis=(1, 2))))
        flair = runner.dataset.read_image(case, "flair")[middle]
        rows.append([(flair, None), (flair, result[middle]), (flair, truth[middle])])
    origins = [ATTRIBUTION[c] for c in case_ids if c in ATTRIBUTION]
    origin = "".join(f" Images: {text}." for text in dict.fromkeys(origins))
    caption = Caption(
        text=f"{job.method.title}: the axial slice with most tumor of "
        f"{', '.join(case_ids)}, test cases from lowest to highest average Dice."
        f"{origin}",
        data=runner.dataset.name,
        profile=runner.request.profile_label(),
        budget=f"{job.budget}, split {job.split_name}",
        n=len(job.split.test),
    )
    label_grid(path, rows, TITLES, COLORS, caption)
