"""Figures 2 to 4 of the paper: regions, results in its colors, box plots."""

import numpy as np
import pandas as pd

from common.files import write_text
from common.reporting.figures import Caption, grouped_box_plot, label_grid
from common.reporting.text import to_csv
from papers.cunet.protocol import METHODS
from papers.cunet.sampling import LossSampler
from papers.engine.brats import middle_slice, origins, shown_cases
from papers.engine.results import figure_suffix

# stated: the captions of figures 2 and 3.
COLORS = {
    0: ("non-tumor", "tab:purple"),
    2: ("edema", "tab:blue"),
    4: ("enhancing tumor", "gold"),
    1: ("necrosis", "tab:green"),
}
# chosen, but for S1: "black background".
REGIONS = {
    101: ("S1 background", "black"),
    102: ("S2 normal brain", "0.7"),
    103: ("S3 tumor", "tab:red"),
    104: ("S4 contour", "white"),
}
SCORES = {"dice": "Dice", "sensitivity": "Sensitivity"}
PARTS = {"wt": "whole tumor", "tc": "tumor core", "et": "enhancing tumor"}


def draw_figures(runner, folder):
    """Draws Figures 2 to 4 of the methods that a request has run, by seed.

    Args:
        runner: a `papers.engine.runner.Runner` whose jobs are evaluated.
        folder: results folder.

    Returns:
        The list of files written: `figure2_….png` and `figure3_….png`, of cases
        whose license lets us show them, and `figure4_….png` with the scores behind
        it, `figure4_….csv`.
    """
    runs = {}
    for job in runner.jobs:
        if job.finished() and runner.rows(job) is not None:
            runs.setdefault((job.split_name, job.seed), []).append(job)
    files = []
    for jobs in runs.values():
        suffix = figure_suffix(runner, jobs[0])
        case_ids = shown_cases(runner, runner.rows(jobs[-1]), "wt_dice")
        if case_ids:
            files += [folder / f"figure{n}_{suffix}.png" for n in (2, 3)]
            _figure2(runner, jobs[0], case_ids, files[-2])
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


def _figure2(runner, job, case_ids, path):
    rows = []
    for case_id in case_ids:
        case, middle, truth = _middle(runner, case_id)
        images = [runner.dataset.read_image(case, m)[middle] for m in case.images]
        flair, t1ce = (images[list(case.images).index(m)] for m in ("flair", "t1ce"))
        regions = four_regions(images, truth, job.protocol.sampling)
        rows.append([(flair, None), (t1ce, None), (None, truth), (None, regions)])
    titles = ("(a) FLAIR", "(b) T1ce", "(c) Ground truth", "(d) Regions")
    width = job.protocol.sampling.contour_width
    text = (
        f"The regions of the sampled loss, contour {width:g} pixels wide, of the axial "
        f"slice with most tumor of {', '.join(case_ids)}.{origins(runner, case_ids)}"
    )
    caption = _caption(runner, [job], text, len(case_ids))
    label_grid(path, rows, titles, COLORS | REGIONS, caption)


def _figure3(runner, jobs, case_ids, path):
    rows = []
    for case_id in case_ids:
        case, middle, truth = _middle(runner, case_id)
        flair, t1ce = (
            runner.dataset.read_image(case, name)[middle] for name in ("flair", "t1ce")
        )
        found = [runner.prediction(job, case)[middle] for job in jobs]
        panels = [(None, labels) for labels in (truth, *found)]
        rows.append([(flair, None), (t1ce, None), *panels])
    titles = ("FLAIR", "T1ce", "Ground truth", *(job.method.title for job in jobs))
    text = (
        f"The axial slice with most tumor of {', '.join(case_ids)}, test cases from "
        f"lowest to highest Dice of {jobs[-1].method.title}.{origins(runner, case_ids)}"
    )
    caption = _caption(runner, jobs, text, len(jobs[0].split.test))
    label_grid(path, rows, titles, COLORS, caption)


def _figure4(runner, jobs, path, csv):
    rows = {job.method.id: runner.rows(job) for job in jobs}
    ran = [method for method in METHODS if method.id in rows]
    panels = {
        label: {
            name: {m.title: rows[m.id][f"{part}_{score}"] for m in ran}
            for part, name in PARTS.items()
        }
        for score, label in SCORES.items()
    }
    text = "Dice and sensitivity of the test cases; undefined scores are left out."
    caption = _caption(runner, jobs, text, len(jobs[0].split.test))
    grouped_box_plot(path, panels, caption)
    keys = [f"{part}_{score}" for score in SCORES for part in PARTS]
    frames = [rows[m.id][["method", "case", "patient", *keys]] for m in ran]
    write_text(csv, to_csv(pd.concat(frames, ignore_index=True)))


def _middle(runner, case_id):
    """Returns a case, its axial slice with most tumor and that slice's labels."""
    case = next(case for case in runner.dataset if case.id == case_id)
    labels = runner.dataset.read_labels(case)
    # Label 3 of 2013 and 2015 is part of label 1 since.
    labels = np.where(labels == 3, 1, labels)
    middle = middle_slice(labels)
    return case, middle, labels[middle]


def _caption(runner, jobs, text, n):
    return Caption(
        text=text,
        data=runner.dataset.name,
        profile=runner.request.profile_label(),
        budget=f"{jobs[0].budget} each network, split {jobs[0].split_name}",
        n=n,
    )
