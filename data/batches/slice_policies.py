"""Which slices to train on: functions from an index of slices to a smaller one.

All of them keep the order, and none drops a slice with tumor. Without a policy, all
slices are used.
"""

import numpy as np

from data.order import SLICES, generator


def tumor_slices(index):
    """Keeps the slices that hold tumor.

    Args:
        index: a `data.batches.slice_index.SliceIndex`.
    """
    return index.take(index.tumor)


def brain_slices(index):
    """Keeps the slices that hold brain or tumor.

    Args:
        index: a `data.batches.slice_index.SliceIndex`.
    """
    return index.take(index.brain | index.tumor)


def drop_share(index, share, seed, say=None):
    """Drops a share of all slices, never one with tumor.

    Empty slices (without brain) are dropped first, then other slices without tumor;
    within each kind they are drawn at random.

    Args:
        index: a `data.batches.slice_index.SliceIndex`.
        share: share of all slices to drop, from 0 to 1.
        seed: seed of the draw.
        say: function that shows a line of text if there are too few slices without
            tumor, all of which are dropped then; or None.
    """
    wanted = round(share * len(index))
    free = np.flatnonzero(~index.tumor)
    if say and wanted > len(free):
        say(
            f"slices: {wanted} of {len(index)} were to be dropped "
            f"({share:.0%}), but only {len(free)} are without tumor: "
            "these are dropped"
        )
    # A stable sort by brain after the shuffle: the empty ones come first.
    free = generator(seed, 0, 0, SLICES).permutation(free)
    free = free[np.argsort(index.brain[free], kind="stable")]
    return _without(index, free[:wanted])


def drop_share_of_free(index, share, seed):
    """Drops a share of the slices without tumor, drawn at random.

    Args:
        index: a `data.batches.slice_index.SliceIndex`.
        share: share of the tumor-free slices to drop, from 0 to 1.
        seed: seed of the draw.
    """
    free = np.flatnonzero(~index.tumor)
    free = generator(seed, 0, 0, SLICES).permutation(free)
    return _without(index, free[: round(share * len(free))])


def balanced(index, seed, epoch):
    """Keeps as many slices without tumor as with tumor, drawn again in each epoch.

    If there are fewer without tumor, all of them stay: each epoch has the same length.

    Args:
        index: a `data.batches.slice_index.SliceIndex`.
        seed: the run's seed.
        epoch: the epoch.
    """
    free = np.flatnonzero(~index.tumor)
    surplus = max(len(free) - int(index.tumor.sum()), 0)
    # A first counter of 0 is taken by the draws that hold for all epochs.
    return _without(
        index, generator(seed, epoch + 1, 0, SLICES).permutation(free)[:surplus]
    )


def _without(index, rows):
    kept = np.ones(len(index), bool)
    kept[rows] = False
    return index.take(kept)
