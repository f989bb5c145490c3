"""Suspects that two modalities of a BraTS case bear each other's names.

There are two rules, on ranks of the intensities, whose scale means nothing:

- In healthy brain T1 and T1ce resemble each other, FLAIR and T2 do so less, and fluid
  is bright on T2 but dark on T1; edema is bright on FLAIR and T2 and dark on the
  others. If exchanging two files improves the agreement by more than 0.6, they are
  suspected.
- Enhancing tumor stands out on T1ce. If it stands out on T1 by 0.25 of the ranks more,
  these two are suspected.

On the 267 real cases at hand (3 whole ones, 264 small cubes around tumors) neither
rule suspects anything. If two files of each case are exchanged, they notice
FLAIR/T1 in 99.6 %, FLAIR/T1ce in 97.8 %, FLAIR/T2 in 88.0 %, T1/T2 in 99.3 % and
T1ce/T2 in 99.6 % of the cases; T1/T1ce in 83.6 % of those with enhancing tumor
and in none of the others. Without labels, it is 99, 97, 68, 97, 99 and 0 %, and
the suspected pair is less often the right one (82 to 95 % for those near 99).
"""

import itertools

import numpy as np
from scipy.stats import rankdata

from data.brats.releases import MODALITIES

_FLAIR, _T1, _T1CE, _T2 = range(4)
_MARGIN, _ENHANCEMENT = 0.6, 0.25
_MAX_VOXELS = 60_000  # a sample is enough, and fast
_MIN_VOXELS = 20  # of a region whose median is taken


def suspected_swap(images, labels=None):
    """Returns which two modalities of a case seem to be exchanged.

    Args:
        images: the images of `MODALITIES`, in order, each `(depth, height,
            width)`, 0 outside of the brain.
        labels: canonical labels of the same shape, or None.

    Returns:
        Two names of `MODALITIES`, or None.
    """
    places = _sample(images)
    if labels is None:
        labels = np.zeros(places.size, np.uint8)
    else:
        labels = labels.ravel()[places]
    if (labels == 0).sum() < 50:
        return None
    ranks = np.stack([rankdata(image.ravel()[places]) for image in images])
    ranks /= places.size
    if (ranks.std(1) == 0).any() or (ranks[:, labels == 0].std(1) == 0).any():
        return None
    likeness = np.corrcoef(ranks[:, labels == 0])
    edema, enhancing = (_contrast(ranks, labels, value) for value in (2, 4))
    first, second, gain = _best_exchange(likeness, edema)
    if gain > _MARGIN:
        return MODALITIES[first], MODALITIES[second]
    if enhancing[_T1] - enhancing[_T1CE] > _ENHANCEMENT:
        return MODALITIES[_T1], MODALITIES[_T1CE]
    return None


def _sample(images):
    """Returns flat indices of some voxels where all modalities are nonzero."""
    brain = np.logical_and.reduce([image != 0 for image in images])
    places = np.flatnonzero(brain)
    return places[:: max(1, places.size // _MAX_VOXELS)]


def _best_exchange(likeness, edema):
    """Returns the two files whose exchange would agree best, and by how much more."""
    in_order = _agreement(range(4), likeness, edema)
    gains = {}
    for first, second in itertools.combinations(range(4), 2):
        order = list(range(4))
        order[first], order[second] = second, first
        gains[first, second] = _agreement(order, likeness, edema) - in_order
    (first, second), gain = max(gains.items(), key=lambda item: item[1])
    return first, second, gain


def _agreement(order, likeness, edema):
    """How well files agree with the first rule if file `order[i]` shows modality i."""
    of = dict(zip(range(4), order, strict=True))
    total = likeness[of[_T1], of[_T1CE]] + likeness[of[_FLAIR], of[_T2]]
    total -= likeness[of[_T1], of[_T2]] + likeness[of[_T1CE], of[_T2]]
    bright, dark = [of[_FLAIR], of[_T2]], [of[_T1], of[_T1CE]]
    return total + edema[bright].sum() - edema[dark].sum()


def _contrast(ranks, labels, value):
    """Returns by how much a label is brighter than the rest of the brain, `(4,)`."""
    if (labels == value).sum() < _MIN_VOXELS:
        return np.zeros(len(ranks))
    region, rest = ranks[:, labels == value], ranks[:, labels == 0]
    return np.median(region, 1) - np.median(rest, 1)
