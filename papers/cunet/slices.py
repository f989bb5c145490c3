"""The slices of a data set: which are trained on, and what a user should know."""

from functools import partial

import numpy as np

from common.errors import UserError
from data.batches.slice_index import SliceIndex
from data.batches.slice_name import SliceName
from data.batches.slice_policies import drop_share, drop_share_of_free, tumor_slices
from data.padding import padded_size
from papers.cunet.protocol import Sampling
from papers.cunet.sampling import NORMAL, LossSampler

PUBLISHED_WIDTH = 240  # of slices, in pixels of 1 mm
LARGE_SHARE = 0.1  # chosen: sampling is meant to leave out most of normal brain


def training_slices(cache, case_ids, rule, say=None):
    """Returns the index of the slices to train on.

    Args:
        cache: a `data.prepared.volume_cache.VolumeCache`.
        case_ids: the training cases.
        rule: a `papers.cunet.protocol.Slices`.
        say: function that shows a line of text where there are too few slices to
            drop; or None.
    """
    drop = {"share": rule.dropped, "seed": rule.policy_seed}
    policies = {
        "paper30": partial(drop_share, **drop, say=say),
        "tumor_only": tumor_slices,
        "all": lambda index: index,
        "drop30_of_free": partial(drop_share_of_free, **drop),
    }
    return policies[rule.policy](SliceIndex.of(cache, case_ids))


def refuse_mixed_sizes(cache, case_ids):
    """Makes sure that the slices of some cases fit into one batch.

    Raises:
        UserError: two of them have slices of different sizes.
    """
    sizes = {}
    for case_id in case_ids:
        sizes.setdefault(cache.info(case_id).shape[1:], case_id)
    if len(sizes) > 1:
        found = (f"{h}x{w} in {case_id}" for (h, w), case_id in sizes.items())
        raise UserError(
            "slices of different sizes",
            "all training and validation cases on one grid, as BraTS's 240x240",
            ", ".join(found),
            "resample or crop them, or move cases of other sizes to another folder",
        )


def refuse_other_size(cache, case_id, size):
    """Makes sure that the slices of a case have the size of a network's input.

    Args:
        cache: a `data.prepared.volume_cache.VolumeCache`.
        case_id: the case.
        size: (height, width) of the network's input, in pixels.

    Raises:
        UserError: they have another size.
    """
    (height, width), found = size, input_size(cache, case_id)
    if found != size:
        raise UserError(
            case_id,
            f"slices that fit the network's {height}x{width} pixels",
            f"{found[0]}x{found[1]}, padded",
            "`make segment PAPER=cunet CASE=folder OUT=seg.nii.gz WEIGHTS=run` takes "
            "slices of any size",
        )


def input_size(cache, case_id):
    """Returns the (height, width) of a case's slices, padded for the networks."""
    return padded_size(cache.info(case_id).shape[1:])


def contour_note(method, protocol, width):
    """Returns a warning if the contour's width suits other slices, or None."""
    ours, published = protocol.sampling.contour_width, Sampling().contour_width
    if not method.sampled or (width < PUBLISHED_WIDTH) != (ours == published):
        return None
    of_paper = f"{published:g} in {PUBLISHED_WIDTH}, of 1 mm"
    advice = f"SET=sampling.contour_width={published}"
    if ours == published:
        advice = f"where pixels are larger, {advice}/their size in mm"
    return (
        f"the contour is {ours:g} pixels wide in slices of {width}; the paper's is "
        f"{of_paper}: {advice}"
    )


def share_note(method, sampler):
    """Returns a warning if a short training keeps much normal brain, or None.

    Args:
        method: a `NetworkMethod`.
        sampler: the `LossSampler` of its training.
    """
    share = sampler.min_p2
    if not method.sampled or share <= LARGE_SHARE:
        return None
    return (
        f"sampling keeps at least {share:.3f} of normal brain, 1 / (beta epochs) with "
        f"epochs = {sampler.epochs}; the paper's {LossSampler().epochs} epochs keep "
        f"{LossSampler().min_p2:.3f}"
    )


def region_counts(index, reader, protocol):
    """Counts the pixels of S2 and of tumor in all slices, without augmentation."""
    sampler = LossSampler(contour_width=protocol.sampling.contour_width)
    normal = tumor = 0
    for batch in in_batches(list(of_index(index)), 8):
        _, classes, brains = reader(batch)
        for one, brain in zip(classes > 0, brains, strict=True):
            normal += np.count_nonzero(sampler.regions(one, brain) == NORMAL)
            tumor += np.count_nonzero(one)
    return normal, tumor


def names_of(cache, case_ids):
    """Returns the `SliceName`s of all slices of some cases, for epoch 0."""
    return list(of_index(SliceIndex.of(cache, case_ids)))


def of_index(index):
    """Yields the `SliceName`s of an index in order, for epoch 0."""
    for row, (case, z) in enumerate(zip(index.case, index.z, strict=True)):
        yield SliceName(index.case_ids[case], int(z), 0, row)


def in_batches(values, size):
    """Yields consecutive runs of at most `size` values."""
    for first in range(0, len(values), size):
        yield values[first : first + size]
