"""Figure 4 of the paper, and an example for a page's first glance."""

import pandas as pd

from common.reporting.cells import is_phantom
from common.reporting.figures import Source, overlay_grid
from papers.engine.figures import figure_suffix, run_caption
from papers.linkdsl.experiment import THRESHOLD

ATTRIBUTION = "Images: J. Cheng et al., figshare article 1512427, CC BY 4.0."
TITLES = ("(a) image", "(b) ground truth", "(c) DSL net", "(d) CDSL net")
FEW_TITLES = ("slice", "outlined by an expert", "found by the network")
QUARTILES, MEDIAN = (0.25, 0.75), (0.5,)


def draw_figures(runner, folder):
    """Draws Figure 4, and an example of it, for each cascade that the request has run.

    Args:
        runner: a `papers.engine.runner.Runner` whose jobs are evaluated.
        folder: results folder.

    Returns:
        The list of files written.
    """
    files = []
    for job in runner.jobs:
        if job.method.id == "cdsl" and job.finished():
            suffix = figure_suffix(runner, job)
            files += [
                folder / f"{name}_{suffix}.png" for name in ("figure4", "example")
            ]
            _draw_both(runner, job, *files[-2:])
    return files


def _draw_both(runner, job, figure4, example):
    """Draws Figure 4, and what is seen before anything is read: few, large panels.

    Figure 4 shows the results of the first network and of the cascade, the example one
    typical image of each tumor type and the cascade's result.
    """
    scores = runner.evaluate(job)
    several, one_each = (typical_cases(scores, s) for s in (QUARTILES, MEDIAN))
    first = _maps(runner, job.previous, several)
    second = _maps(runner, job, list(dict.fromkeys([*several, *one_each])))
    text = "For each tumor type the test images at the quartiles of the cascade's Dice"
    _draw(runner, job, several, (first, second), TITLES, text, figure4)
    text = "For each tumor type the test image at the median of the cascade's Dice"
    titles = titles_of_example(runner.dataset.name)
    _draw(runner, job, one_each, (second,), titles, text, example)


def titles_of_example(data):
    """Returns the titles of the example's columns: no expert outlined a phantom."""
    return ("slice", "truth", FEW_TITLES[2]) if is_phantom(data) else FEW_TITLES


def _maps(runner, job, case_ids):
    return dict(zip(case_ids, runner.predict(job, case_ids), strict=True))


def _draw(runner, job, case_ids, maps, titles, text, path):
    rows = []
    for case_id in case_ids:
        image, truth = (
            array[..., 0] for array in runner.cache.read(case_id, ("image", "mask"))
        )
        results = [of_job[case_id][..., 0] >= THRESHOLD for of_job in maps]
        rows.append([(image, mask) for mask in (None, truth, *results)])
    origin = "" if is_phantom(runner.dataset.name) else f" {ATTRIBUTION}"
    text = f"{text} (cases {', '.join(case_ids)}).{origin}"
    scores = [runner.evaluate(one) for one in (job.previous, job)]
    source = Source(__name__, pd.concat(scores, ignore_index=True), ("dice",))
    caption = run_caption(runner, job, text, source, each_network=True)
    overlay_grid(path, rows, titles, caption)


def typical_cases(rows, shares):
    """Returns the ids of the images at some shares of each tumor type's Dice.

    Args:
        rows: a job's rows.
        shares: such as `(0.25, 0.75)`, the quartiles.
    """
    case_ids = []
    for _, group in rows.groupby("group"):
        ordered = group.sort_values(["dice", "case"], ignore_index=True)
        for share in shares:
            case_ids.append(ordered["case"][round(share * (len(ordered) - 1))])
    return list(dict.fromkeys(case_ids))  # a type may have one image only
