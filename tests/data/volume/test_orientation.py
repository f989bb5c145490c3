"""Turning to the axes of BraTS: every orientation, checked point by point."""

import itertools

import numpy as np
import pytest

from common.errors import UserError
from data.volume.orientation import (
    axis_codes,
    from_brats_axes,
    require_brats_axes,
    tilt,
    to_brats_axes,
)

SHAPE = (3, 4, 5)  # (depth, height, width)
BRATS = np.diag([-1.0, -1.0, 1.0, 1.0])
ALL = [
    (order, signs)
    for order in itertools.permutations(range(3))
    for signs in itertools.product((-1.0, 1.0), repeat=3)
]


def affine_of(order, signs):
    affine = np.zeros((4, 4))
    affine[list(order), range(3)] = signs
    affine[:, 3] = [7.0, -5.0, 3.0, 1.0]
    return affine


@pytest.mark.parametrize(("order", "signs"), ALL)
def test_turned_indices_grow_to_left_back_and_top(order, signs):
    affine = affine_of(order, signs)
    world = np.empty((*SHAPE, 3))  # of each voxel, RAS+ mm
    for z, y, x in np.ndindex(*SHAPE):
        world[z, y, x] = (affine @ [x, y, z, 1])[:3]
    turned = np.stack([to_brats_axes(world[..., i], affine) for i in range(3)], -1)
    for axis, component, sign in ((2, 0, -1), (1, 1, -1), (0, 2, 1)):
        steps = np.diff(turned, axis=axis)
        expected = np.zeros(3)
        expected[component] = sign
        assert steps.size
        np.testing.assert_array_equal(steps, np.broadcast_to(expected, steps.shape))


@pytest.mark.parametrize(("order", "signs"), ALL)
def test_there_and_back(order, signs):
    affine = affine_of(order, signs)
    volume = np.random.default_rng(0).random(SHAPE)
    turned = to_brats_axes(volume, affine)
    np.testing.assert_array_equal(from_brats_axes(turned, affine), volume)
    assert np.shares_memory(turned, volume)


def test_brats_stays_as_it_is():
    volume = np.random.default_rng(0).random(SHAPE)
    assert axis_codes(BRATS) == "LPS"
    np.testing.assert_array_equal(to_brats_axes(volume, BRATS), volume)


def test_an_axis_without_direction_is_refused():
    with pytest.raises(ValueError, match="full rank"):
        axis_codes(np.diag([1.0, 0.0, 1.0, 1.0]))


@pytest.mark.parametrize("degrees", [0.0, 10.0, 40.0])
def test_tilt(degrees):
    angle = np.radians(degrees)
    affine = np.diag([-1.0, -1.0, 2.0, 1.0])
    turn = np.eye(4)
    turn[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    np.testing.assert_allclose(tilt(turn @ affine), degrees, atol=1e-5)


@pytest.mark.parametrize(("order", "signs"), ALL)
def test_only_the_axes_of_brats_are_accepted(order, signs):
    affine = affine_of(order, signs)
    if order == (0, 1, 2) and signs == (-1.0, -1.0, 1.0):
        assert require_brats_axes("v.nii", affine) is None
        return
    with pytest.raises(UserError, match=f"Received: {axis_codes(affine)}") as error:
        require_brats_axes("v.nii", affine)
    assert error.value.file == "v.nii" and "LPS" in error.value.next_step


def test_an_affine_without_axes_is_refused():
    with pytest.raises(UserError, match="header") as error:
        require_brats_axes("v.nii", np.diag([1.0, 0.0, 1.0, 1.0]))
    assert error.value.file == "v.nii"
