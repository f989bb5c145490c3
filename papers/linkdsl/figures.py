"""Figure 4 of the paper and the learning curves."""

import pandas as pd

from common.reporting.cells import is_phantom
from common.reporting.figures import Source, overlay_grid
from papers.engine.figures import figure_suffix, run_caption
from papers.linkdsl.experiment import THRESHOLD

ATTRIBUTION = "Images: J. Cheng et al., figshare article 1512427, CC BY 4.0."
TITLES = ("(a) image", "(b) ground truth", "(c) DSL net", "(d) CDSL net")


def draw_figures(runner, folder):
    """Draws Figure 4 for each cascade that the request has run.

    Args:
        runner: a `papers.engine.runner.Runner` whose jobs are evaluated.
        folder: results folder.

    Returns:
        The list of files written.
    """
    files = []
    for job in runner.jobs:
        if job.method.id == "cdsl" and job.finished():
            files.append(folder / f"figure4_{figure_suffix(runner, job)}.png")
            _figure4(runner, job, files[-1])
    return files


def _figure4(runner, job, path):
    """Draws image, truth and the results of the first network and of the cascade."""
    case_ids = typical_cases(runner.evaluate(job))
    first, second = (runner.predict(j, case_ids) for j in (job.previous, job))
    rows = []
    for case_id, dual, cascade in zip(case_ids, first, second, strict=True):
        image, truth = (
            array[..., 0] for array in runner.cache.read(case_id, ("image", "mask"))
        )
        results = [image_map[..., 0] >= THRESHOLD for image_map in (dual, cascade)]
        rows.append([(image, mask) for mask in (None, truth, *results)])
    origin = "" if is_phantom(runner.dataset.name) else ATTRIBUTION
    text = (
        "For each tumor type the test images at the quartiles of the cascade's Dice "
        f"(cases {', '.join(case_ids)}). {origin}"
    )
    scores = [runner.evaluate(one) for one in (job.previous, job)]
    source = Source(__name__, pd.concat(scores, ignore_index=True), ("dice",))
    caption = run_caption(runner, job, text, source, each_network=True)
    overlay_grid(path, rows, TITLES, caption)


def typical_cases(rows):
    """Returns the ids of the images at the quartiles of each tumor type's Dice."""
    case_ids = []
    for _, group in rows.groupby("group"):
        ordered = group.sort_values(["dice", "case"], ignore_index=True)
        for share in (0.25, 0.75):
            case_ids.append(ordered["case"][round(share * (len(ordered) - 1))])
    return list(dict.fromkeys(case_ids))  # a type may have one image only
