"""Label maps of many kinds to score: drawn, made, and real ones with flaws."""

import numpy as np
from scipy import ndimage

from benchmarks.metrics.cases import made_case, perturb
from data.brats.dataset import BratsDataset
from data.order import generator

SHAPE = (40, 48, 44)


def drawn_cases():
    """Yields name, prediction, truth and spacing of volumes with a known fault each."""
    truth = np.zeros(SHAPE, np.uint8)
    truth[4:18, 4:20, 4:20] = 2
    truth[7:15, 8:16, 8:16] = 4
    truth[9:12, 10:13, 10:13] = 1
    truth[26:33, 30:38, 6:14] = 4
    truth[26:29, 6:9, 30:34] = 4
    truth[4:12, 28:40, 26:40] = 5
    truth[36, 44, 40] = 4
    yield "same", truth, truth, (1, 1, 1)
    yield "shifted", np.roll(truth, (1, -1, 2), (0, 1, 2)), truth, (1, 1, 1)
    missed = truth.copy()
    missed[20:] = 0
    missed[34:36, 10:14, 20:23] = 4
    yield "missed and false", missed, truth, (1, 1, 1)
    merged = truth.copy()
    merged[26:29, 8:32, 12:32] = 4
    yield "merged", merged, truth, (1, 1, 1)
    split = truth.copy()
    split[:, :, 10] = 0
    split[28:30] = 0
    yield "split", split, truth, (1, 1, 1)
    yield "no prediction", np.zeros_like(truth), truth, (1, 1, 1)
    yield "no truth", truth, np.zeros_like(truth), (1, 1, 1)
    yield "neither", np.zeros_like(truth), np.zeros_like(truth), (1, 1, 1)
    yield "voxels of other sizes", np.roll(truth, 2, 2), truth, (3.0, 0.9, 0.7)


def random_cases(count=8):
    """Yields the same of nested blobs anywhere, for which nothing was thought of."""
    for number in range(count):
        random = generator(7, number)
        volumes = []
        for _ in range(2):
            field = ndimage.gaussian_filter(random.standard_normal(SHAPE), 2.2)
            labels = np.zeros(SHAPE, np.uint8)
            for label, share in ((2, 0.9), (4, 0.95), (1, 0.98)):
                labels[field > np.quantile(field, share)] = label
            labels[ndimage.gaussian_filter(random.random(SHAPE), 2) > 0.56] = 5
            volumes.append((field, labels))
        # A prediction of its own in one half, the truth's in the other.
        truth, prediction = volumes[0][1], volumes[1][1].copy()
        prediction[:20] = np.roll(truth, 1, number % 3)[:20]
        yield f"random {number}", prediction, truth, (1, 1, 1 + number % 2)


def made_cases():
    """Yields the same of the benchmarks' phantom in a small volume."""
    truth = made_case((64, 80, 80))
    for seed in range(3):
        yield f"made {seed}", perturb(truth, seed), truth, (1, 1, 1)


def real_cases(root, count=3):
    """Yields the same of whole brains at 2 mm whose truth was given flaws."""
    dataset = BratsDataset(root)
    for number, case in enumerate(list(dataset)[:count]):
        truth = dataset.read_labels(case)
        spacing = dataset.geometry(case).spacing
        yield f"real {number}", perturb(truth, number), truth, spacing
