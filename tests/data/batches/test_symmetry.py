"""The 48 symmetries of the cube and 8 of the square, as a group of permutations."""

import itertools

import numpy as np
import pytest

from data.batches.symmetry import (
    apply_symmetry,
    compose_symmetries,
    inverse_symmetry,
    symmetry_count,
)

RANKS = pytest.mark.parametrize("rank", [2, 3])


def cube(rank, size=3):
    return np.arange(size**rank).reshape((size,) * rank)


@RANKS
def test_all_are_distinct_and_number_0_changes_nothing(rank):
    results = {apply_symmetry(cube(rank), n, rank).tobytes() for n in numbers(rank)}
    assert len(results) == symmetry_count(rank) == {2: 8, 3: 48}[rank]
    np.testing.assert_array_equal(apply_symmetry(cube(rank), 0, rank), cube(rank))


@RANKS
def test_they_are_all_the_maps_that_keep_distances(rank):
    """A brute-force search over the corners finds exactly these maps."""
    corners = np.array(list(itertools.product((-1, 1), repeat=rank)))
    distances = np.linalg.norm(corners[:, None] - corners[None], axis=-1)
    orders = np.array(list(itertools.permutations(range(len(corners)))))
    moved = distances[orders[:, :, None], orders[:, None, :]]
    kept = np.isclose(moved, distances).all(axis=(1, 2))
    found = set(map(tuple, orders[kept].tolist()))
    ours = {
        tuple(apply_symmetry(cube(rank, 2), n, rank).ravel()) for n in numbers(rank)
    }
    assert ours == found


@RANKS
def test_inverse_restores(rank):
    for number in numbers(rank):
        there = apply_symmetry(cube(rank), number, rank)
        back = apply_symmetry(there, inverse_symmetry(number, rank), rank)
        np.testing.assert_array_equal(back, cube(rank))


@RANKS
def test_two_in_a_row_are_a_third(rank):
    for first, second in itertools.product(numbers(rank), repeat=2):
        one_by_one = apply_symmetry(
            apply_symmetry(cube(rank), first, rank), second, rank
        )
        at_once = apply_symmetry(
            cube(rank), compose_symmetries(first, second, rank), rank
        )
        np.testing.assert_array_equal(at_once, one_by_one)


def test_numbers_are_pinned():
    """Logs of earlier runs can be read only as long as these hold."""
    array = cube(3)
    np.testing.assert_array_equal(apply_symmetry(array, 1), array[::-1])
    np.testing.assert_array_equal(apply_symmetry(array, 4), array[:, :, ::-1])
    np.testing.assert_array_equal(apply_symmetry(array, 8), array.transpose(0, 2, 1))
    np.testing.assert_array_equal(
        apply_symmetry(array, 8 * 3 + 2), array.transpose(1, 2, 0)[:, ::-1]
    )


def test_channels_stay_where_they_are():
    image = np.stack([cube(3), cube(3) + 100], axis=-1)
    for number in numbers(3):
        turned = apply_symmetry(image, number)
        np.testing.assert_array_equal(turned[..., 1], turned[..., 0] + 100)
        np.testing.assert_array_equal(turned[..., 0], apply_symmetry(cube(3), number))


def test_quarter_turns_of_a_square():
    quarter = [apply_symmetry(cube(2), n, 2).tolist() for n in numbers(2)]
    assert all(np.rot90(cube(2), k).tolist() in quarter for k in range(4))


def test_unknown_symmetries_and_other_boxes_are_refused():
    with pytest.raises(ValueError, match="0 to 47. Received: number=48"):
        apply_symmetry(cube(3), 48)
    with pytest.raises(ValueError, match=r"shape=\(2, 3, 3\)"):
        apply_symmetry(np.zeros((2, 3, 3)), 1)


def numbers(rank):
    return range(symmetry_count(rank))
