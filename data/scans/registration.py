"""Whether the modalities of a scan show the same structures in the same place.

Masks of brains tell little: moved by 10 mm they still overlap by nine tenths, and a
brain is almost its own mirror image. Intensities inside tell more: on whole cases of
BraTS the mutual information of two modalities falls to a half if one is moved by 4 mm,
to a quarter at 12 mm, and to less than a half if it is mirrored.
"""

import itertools

import numpy as np

_BLOCK = 4  # side of the compared blocks, in voxels
_LEVELS = 16  # gray levels, all equally frequent
_MIN_BLOCKS = 4000  # a quarter of a liter at 1 mm; below, chance prevails
_MIN_GAIN = 1.1  # at most a half if nothing is wrong
_STEPS = (-4, -3, -2, -1, 1, 2, 3, 4)  # blocks
_AXES = ("top to bottom", "front to back", "left to right")
# What smaller and larger indices along each axis mean.
_DIRECTIONS = (("down", "up"), ("to the front", "to the back"), ("right", "left"))


def worst_placed(volumes):
    """Finds the volume that would fit the others much better in another place.

    Each volume is moved by up to 16 voxels along each axis, and mirrored, while all the
    others stay; rotations are not tried.

    Args:
        volumes: arrays `(depth, height, width)` of one shape, 0 outside of the brain,
            oriented like those of BraTS.

    Returns:
        `(position, words)`: which volume, and how it would have to be moved to fit; or
        None if all fit best as they are, or if there is too little brain to tell.
    """
    levels = [_gray_levels(volume) for volume in volumes]
    if min(np.count_nonzero(one) for one in levels) < _MIN_BLOCKS:
        return None
    found = []
    for position, one in enumerate(levels):
        gain, words = _best_place(one, levels[:position] + levels[position + 1 :])
        found.append((gain, position, words))
    # The others do not fit it, either, but each of them fits the rest.
    gain, position, words = max(found)
    return (position, words) if gain > _MIN_GAIN else None


def _best_place(levels, others):
    """Returns how many times better the best other place fits, and which it is."""

    def fit(moved):
        return sum(_mutual_information(moved, other) for other in others)

    places = {
        f"moved by {_BLOCK * abs(step)} voxels {_DIRECTIONS[axis][step > 0]}": fit(
            np.roll(levels, step, axis)
        )
        for axis, step in itertools.product(range(3), _STEPS)
    }
    places |= {
        f"mirrored from {name}": fit(np.flip(levels, axis))
        for axis, name in enumerate(_AXES)
    }
    words = max(places, key=places.get)
    return places[words] / max(fit(levels), 1e-9), words


def _gray_levels(volume):
    """Returns the gray level of each block, 1 to `_LEVELS`, and 0 outside."""
    sides = [length // _BLOCK for length in volume.shape]
    # The blocks are centered, so that a mirrored volume has mirrored blocks.
    inner = tuple(
        slice((length - _BLOCK * side) // 2, (length + _BLOCK * side) // 2)
        for length, side in zip(volume.shape, sides, strict=True)
    )
    shape = [number for side in sides for number in (side, _BLOCK)]
    blocks = volume[inner].reshape(shape)
    inside = (blocks != 0).mean(axis=(1, 3, 5)) > 0.5
    means = blocks.mean(axis=(1, 3, 5))[inside]
    levels = np.zeros(inside.shape, np.intp)
    ranks = np.argsort(np.argsort(means))
    levels[inside] = 1 + _LEVELS * ranks // max(len(ranks), 1)
    return levels


def _mutual_information(first, second):
    """Returns the mutual information of two volumes of levels, where both have one."""
    both = (first > 0) & (second > 0)
    pairs = (first[both] - 1) * _LEVELS + second[both] - 1
    counts = np.bincount(pairs, minlength=_LEVELS**2).reshape(_LEVELS, _LEVELS)
    share = counts / max(len(pairs), 1)
    alone = share.sum(axis=1, keepdims=True) * share.sum(axis=0)
    there = share > 0
    return float((share[there] * np.log(share[there] / alone[there])).sum())
