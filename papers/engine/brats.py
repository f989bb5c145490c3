"""What the papers on BraTS share: data set, cache, folds, and what may be shown.

Each takes `open_dataset`, `prepared_cache`, `prepare` and `folds` into its module
`experiment`, where the runner looks for them.
"""

import numpy as np

from common.files import sha256
from common.reporting.cells import is_phantom
from data.brats.dataset import BratsDataset
from data.prepared.n4 import N4
from data.prepared.prepare import prepare_volumes
from data.prepared.volume_cache import VolumeCache
from data.splits.folds import patient_folds, read_folds, refuse_divided_patients

MAX_ROWS = 3  # cases of a figure
# Cases whose license lets us show them, and what it asks to be said: one patient, as
# BraTS 2017 and as BRATS 2015 have it.
ATTRIBUTION = {
    "Brats17_2013_10_1": "BRATS 2013/2015, CC BY-NC-SA 3.0",
    "brats_2013_pat0001_1": "BRATS 2013/2015, CC BY-NC-SA 3.0",
}


def open_dataset(path):
    """Returns the BraTS data set, or the phantom of it, in a folder."""
    return BratsDataset(path)


def bias_correction(rule):
    """Returns the `N4` that a protocol's preparation asks for, or None.

    Args:
        rule: has `n4` and `n4_shrink`, perhaps `n4_exclude`: a modality, or `"none"`.
    """
    if not rule.n4:
        return None
    excluded = getattr(rule, "n4_exclude", "none")
    return N4(shrink=rule.n4_shrink, exclude=() if excluded == "none" else (excluded,))


def prepared_cache(root, dataset, protocol):
    """Returns the cache of a data set's volumes, prepared as a protocol says."""
    n4 = bias_correction(protocol.preparation)
    return VolumeCache(root, dataset.name, dataset.fingerprint(), n4)


def prepare(dataset, cache, protocol, console, workers):
    """Prepares every volume that is not in the cache yet."""
    prepare_volumes(dataset, cache, workers, console.say)


def folds(dataset, split, protocol, file=None):
    """Returns how the cases are put into folds, a patient's exams together.

    Args:
        dataset: the data set.
        split: `"patient"`.
        protocol: its `folds` are used.
        file: CSV with the user's own folds, instead.

    Returns:
        `(name, folds)`: what the rows say of the folds' origin, and the fold of
        each case by id.
    """
    cases, rule = list(dataset), protocol.folds
    if file is None:
        return "patient", patient_folds(
            cases, n_folds=rule.n_folds, seed=rule.fold_seed, strict=False
        )
    own = read_folds(file, cases)
    refuse_divided_patients(cases, own, file)
    return f"file-{sha256(file)[:8]}", own


def shown_cases(runner, rows, score):
    """Returns the cases of a figure, at even steps of a score, lowest first.

    A result of real data is shown only where its license lets us.

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


def origins(runner, case_ids):
    """Returns the sentences that the licenses of real cases ask for, or ""."""
    if is_phantom(runner.dataset.name):  # whose cases have the names of real ones
        return ""
    texts = dict.fromkeys(ATTRIBUTION[c] for c in case_ids if c in ATTRIBUTION)
    return "".join(f" Images: {text}." for text in texts)


def middle_slice(labels):
    """Returns the index of the axial slice with most tumor.

    Args:
        labels: `(depth, height, width)`, 0 where there is none.
    """
    return int(np.argmax((labels > 0).sum(axis=(1, 2))))
