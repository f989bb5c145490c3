"""What the figures of BraTS cases share: which cases, which slice, which license.

A result of real data is shown only where its license permits it.
"""

import numpy as np

from common.reporting.cells import is_phantom
from papers.engine.figures import figure_suffix

MAX_ROWS = 3  # cases of a figure
# Cases whose license permits showing them, and the attribution that it asks for: one
# patient, as BraTS 2017 and as BRATS 2015 have it.
ATTRIBUTION = {
    "Brats17_2013_10_1": "BRATS 2013/2015, CC BY-NC-SA 3.0",
    "brats_2013_pat0001_1": "BRATS 2013/2015, CC BY-NC-SA 3.0",
}


class MiddleSlice:
    """The axial slice of a case with most tumor.

    Args:
        dataset: the data set.
        case_id: the case.
        joined: whether label 3 of 2013 and 2015, non-enhancing tumor, is shown as
            label 1, of which it has been a part since.

    Attributes:
        case: the `data.case.Case`.
        z: index of the slice.
        truth: its true labels `(height, width)`.
    """

    def __init__(self, dataset, case_id, joined=False):
        self.case = next(case for case in dataset if case.id == case_id)
        self._dataset = dataset
        labels = dataset.read_labels(self.case)
        if joined:
            labels = np.where(labels == 3, 1, labels)
        self.z = int(np.argmax((labels > 0).sum(axis=(1, 2))))
        self.truth = labels[self.z]

    def image(self, modality):
        """Returns the slice's intensities `(height, width)` of a modality."""
        return self._dataset.read_image(self.case, modality)[self.z]


def draw_each(runner, folder, name, score, draw):
    """Draws one figure for each scored method that a request has run.

    Args:
        runner: a `papers.engine.runner.Runner` whose jobs are evaluated.
        folder: results folder.
        name: start of the files' names.
        score: column that orders the cases.
        draw: function of runner, job, ids of the cases and path.

    Returns:
        The list of files written.
    """
    files = []
    for job in runner.jobs:
        if not (job.method.scored and job.finished()):
            continue
        case_ids = shown_cases(runner, runner.rows(job), score)
        if case_ids:
            suffix = figure_suffix(runner, job)
            files.append(folder / f"{name}_{job.method.id}_{suffix}.png")
            draw(runner, job, case_ids, files[-1])
    return files


def scored_together(runner, key):
    """Returns lists of the scored jobs that one figure shows side by side.

    Args:
        runner: a `papers.engine.runner.Runner` whose jobs are evaluated.
        key: function from a job to what those of one figure have in common.
    """
    groups = {}
    for job in runner.jobs:
        if job.finished() and runner.rows(job) is not None:
            groups.setdefault(key(job), []).append(job)
    return list(groups.values())


def shown_cases(runner, rows, score):
    """Returns the cases of a figure, at even steps of a score, lowest first.

    Args:
        runner: a `papers.engine.runner.Runner`.
        rows: a job's rows, or None where it has none.
        score: column to order them by.
    """
    if rows is None:
        return []
    rows = rows[rows["status"] == "ok"]
    if not is_phantom(runner.dataset.name):
        rows = rows[rows["case"].isin(list(ATTRIBUTION))]
    ordered = rows.sort_values([score, "case"])["case"].tolist()
    steps = np.linspace(0, len(ordered) - 1, min(MAX_ROWS, len(ordered)))
    return [ordered[round(step)] for step in steps]


def ordered(case_ids, score):
    """Returns the words that say in which order several cases are shown, or "".

    Args:
        case_ids: the cases that `shown_cases` returned.
        score: name of the score.
    """
    return f" from lowest to highest {score}" if len(case_ids) > 1 else ""


def attribution(runner, case_ids):
    """Returns the sentences that the licenses of real cases ask for, or ""."""
    if is_phantom(runner.dataset.name):  # whose cases have the names of real ones
        return ""
    texts = dict.fromkeys(ATTRIBUTION[c] for c in case_ids if c in ATTRIBUTION)
    return "".join(f" Images: {text}." for text in texts)
