"""Figures 2 to 4 of the paper: regions, results in its colors, box plots."""

import numpy as np
import pandas as pd

from common.files import write_text
from common.reporting.cells import is_phantom
from common.reporting.figures import Caption, Source, grouped_box_plot, label_grid
from common.reporting.order import groups_of
from common.reporting.text import to_csv
from papers.cunet.protocol import METHODS
from papers.cunet.sampling import LossSampler
from papers.engine.brats.figures import (
    MiddleSlice,
    attribution,
    ordered,
    scored_together,
    shown_cases,
)
from papers.engine.figures import figure_suffix, run_caption, suffix_of

# stated: the captions of figures 2 and 3, which have other colors than our palette.
COLORS = {
    0: ("non-tumor", "tab:purple"),
    2: ("edema", "tab:blue"),
    4: ("enhancing tumor", "gold"),
    1: ("necrosis", "tab:green"),
}
# chosen, except for S1: "black background".
REGIONS = {
    101: ("S1 background", "black"),
    102: ("S2 normal brain", "0.7"),
    103: ("S3 tumor", "tab:red"),
    104: ("S4 contour", "white"),
}
SCORES = {"dice": "Dice", "sensitivity": "Sensitivity"}
BOXES = "Dice and sensitivity of the test cases; undefined scores are left out."
PARTS = {"wt": "whole tumor", "tc": "tumor core", "et": "enhancing tumor"}


def draw_figures(runner, folder):
    """Draws Figures 2 to 4 of the methods that a request has run, by seed.

    Args:
        runner: a `papers.engine.runner.Runner` whose jobs are evaluated.
        folder: results folder.

    Returns:
        The list of files written: `figure2_….png` and `figure3_….png`, of cases that
        their license lets us show, and `figure4_….png` with the scores behind it,
        `figure4_….csv`.
    """
    files = []
    for jobs in scored_together(runner, lambda job: (job.split_name, job.seed)):
        suffix = figure_suffix(runner, jobs[0])
        case_ids = shown_cases(runner, runner.rows(jobs[-1]), "wt_dice")
        if case_ids:
            files += [folder / f"figure{n}_{suffix}.png" for n in (2, 3)]
            _figure2(runner, jobs[0], jobs[-1], case_ids, files[-2])
            _figure3(runner, jobs, case_ids, files[-1])
        files += [folder / f"figure4_{suffix}.{end}" for end in ("png", "csv")]
        _figure4(runner, jobs, *files[-2:])
    return files


def four_regions(images, labels, rule):
    """Returns the four regions of a slice, numbered as `REGIONS`.

    Args:
        images: modalities `(height, width)` each.
        labels: the slice's true labels.
        rule: a `papers.cunet.protocol.Sampling`.
    """
    sampler = LossSampler(contour_width=rule.contour_width)
    brain = np.any([image != 0 for image in images], axis=0)
    return 100 + sampler.regions(labels > 0, brain).astype(int)


def _figure2(runner, job, last, case_ids, path):
    rows = []
    for case_id in case_ids:
        middle = MiddleSlice(runner.dataset, case_id, joined=True)
        images = {name: middle.image(name) for name in middle.case.images}
        rule = job.protocol.sampling
        regions = four_regions(list(images.values()), middle.truth, rule)
        shown = [(images["flair"], None), (images["t1ce"], None)]
        rows.append([*shown, (None, middle.truth), (None, regions)])
    titles = ("(a) FLAIR", "(b) T1ce", "(c) Ground truth", "(d) Regions")
    width = job.protocol.sampling.contour_width
    text = (
        f"The regions of the sampled loss, contour {width:g} pixels wide, of the axial "
        f"slice with most tumor of {', '.join(case_ids)}."
        f"{attribution(runner, case_ids)}"
    )
    source = _source([runner.rows(last)], ("wt_dice",))
    count = len(case_ids)
    caption = run_caption(runner, job, text, source, count, each_network=True)
    label_grid(path, rows, titles, COLORS | REGIONS, caption)


def _figure3(runner, jobs, case_ids, path):
    rows = []
    for case_id in case_ids:
        middle = MiddleSlice(runner.dataset, case_id, joined=True)
        found = [runner.prediction(job, middle.case)[middle.z] for job in jobs]
        panels = [(None, labels) for labels in (middle.truth, *found)]
        shown = [(middle.image("flair"), None), (middle.image("t1ce"), None)]
        rows.append([*shown, *panels])
    titles = ("FLAIR", "T1ce", "Ground truth", *(job.method.title for job in jobs))
    text = (
        f"The axial slice with most tumor of {', '.join(case_ids)}, test cases"
        f"{ordered(case_ids, f'Dice of {jobs[-1].method.title}')}."
        f"{attribution(runner, case_ids)}"
    )
    source = _source([runner.rows(job) for job in jobs], ("wt_dice",))
    caption = run_caption(runner, jobs[0], text, source, each_network=True)
    label_grid(path, rows, titles, COLORS, caption)


def draw_again(paper, folder, cases):
    """Draws Figure 4 of all recorded runs, which needs their rows only.

    Args:
        paper: this paper's declaration.
        folder: results folder.
        cases: its rows.

    Returns:
        The list of files written.
    """
    files = []
    same = ["data", "fingerprint", "profile", "budget", "split", "seed"]
    for run, rows in groups_of(cases.astype({"seed": str}), same):
        data, _, profile, budget, split, seed = run
        if budget == "1 epoch":
            continue  # as without a training, it shows noise
        one_folder = is_phantom(data) or data in (paper.dataset, folder.name)
        # The run folders' form of "1 epoch" and of "16 epochs".
        length = budget.split(" ")[0] + "epochs"
        name = "" if one_folder else data
        suffix = suffix_of(name, profile, split, length, 0, int(seed))
        files += [folder / f"figure4_{suffix}.{end}" for end in ("png", "csv")]
        by_method = {method: of for method, of in rows.groupby("method")}
        each = f"{budget} each network, split {split}"
        n = rows["case"].nunique()
        caption = Caption(BOXES, data, profile, each, n, _box_source(by_method))
        _draw_boxes(by_method, caption, *files[-2:])
    return files


def _source(frames, columns):
    return Source(__name__, pd.concat(frames, ignore_index=True), columns)


def _box_source(rows):
    return _source(list(rows.values()), tuple(_box_columns()))


def _box_columns():
    return [f"{part}_{score}" for score in SCORES for part in PARTS]


def _figure4(runner, jobs, path, csv):
    rows = {job.method.id: runner.rows(job) for job in jobs}
    source = _box_source(rows)
    caption = run_caption(runner, jobs[0], BOXES, source, each_network=True)
    _draw_boxes(rows, caption, path, csv)


def _draw_boxes(rows, caption, path, csv):
    ran = [method for method in METHODS if method.id in rows]
    panels = {
        label: {
            name: {m.title: rows[m.id][f"{part}_{score}"] for m in ran}
            for part, name in PARTS.items()
        }
        for score, label in SCORES.items()
    }
    grouped_box_plot(path, panels, caption)
    keys = ["method", "case", "patient", *_box_columns()]
    frames = [rows[m.id][keys] for m in ran]
    write_text(csv, to_csv(pd.concat(frames, ignore_index=True)))
