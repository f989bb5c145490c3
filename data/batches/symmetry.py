"""The symmetries of a square (8) and of a cube (48), by number.

A symmetry permutes the axes and then mirrors some of them. Its number is
`order · 2^rank + mirrors`, where `order` counts the permutations of the axes in
lexicographic order and bit i of `mirrors` stands for axis i; 0 changes nothing.
"""

import itertools
import math

import numpy as np


def symmetry_count(rank):
    """Returns the number of symmetries: 8 for rank 2, 48 for rank 3."""
    return math.factorial(rank) * 2**rank


def apply_symmetry(array, number, rank=3):
    """Turns and mirrors the first axes of an array.

    Args:
        array: its first `rank` axes have the same length; further axes, such as
            channels, stay in place.
        number: from 0 to `symmetry_count(rank) - 1`.
        rank: 2 or 3.

    Returns:
        A view of the same memory.

    Raises:
        ValueError: there is no such symmetry, or the array is not a square or cube.
    """
    order, mirrored = _parts(number, rank)
    if len(set(array.shape[:rank])) != 1:
        raise ValueError(
            "Expected axes of the same length, a square or a cube. "
            f"Received: shape={array.shape}, rank={rank}"
        )
    turned = np.transpose(array, (*order, *range(rank, array.ndim)))
    return np.flip(turned, mirrored)


def inverse_symmetry(number, rank=3):
    """Returns the number of the symmetry that undoes another.

    Args:
        number: from 0 to `symmetry_count(rank) - 1`.
        rank: 2 or 3.
    """
    order, mirrored = _parts(number, rank)
    # Axis `order[i]` of the input is axis i of the output, mirrored or not.
    return _number(np.argsort(order), [order[axis] for axis in mirrored], rank)


def compose_symmetries(first, second, rank=3):
    """Returns the number of the symmetry that equals `first` followed by `second`.

    Args:
        first: from 0 to `symmetry_count(rank) - 1`.
        second: likewise.
        rank: 2 or 3.
    """
    order, mirrored = _parts(first, rank)
    next_order, next_mirrored = _parts(second, rank)
    moved = {axis for axis in range(rank) if next_order[axis] in mirrored}
    return _number(
        [order[axis] for axis in next_order], moved ^ set(next_mirrored), rank
    )


def _parts(number, rank):
    """Returns the order of the axes, and the axes that are mirrored afterwards."""
    if not 0 <= number < symmetry_count(rank):
        raise ValueError(
            f"Expected a number from 0 to {symmetry_count(rank) - 1}. "
            f"Received: number={number}, rank={rank}"
        )
    order, mirrors = divmod(int(number), 2**rank)
    orders = list(itertools.permutations(range(rank)))
    return orders[order], tuple(a for a in range(rank) if mirrors >> a & 1)


def _number(order, mirrored, rank):
    orders = list(itertools.permutations(range(rank)))
    mirrors = sum(2 ** int(axis) for axis in mirrored)
    return orders.index(tuple(int(axis) for axis in order)) * 2**rank + mirrors
