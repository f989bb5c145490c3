"""The grid of a volume: spacing, and what counts as the same place."""

import numpy as np

from data.volume.geometry import Geometry

SHAPE = (3, 5, 7)  # (depth, height, width)


def oblique():
    """An affine with a rotation, spacings 2, 3, 4 mm and an origin."""
    turn = np.array([[0.8, -0.6, 0], [0.6, 0.8, 0], [0, 0, 1]])
    affine = np.eye(4)
    affine[:3, :3] = turn * (2, 3, 4)
    affine[:3, 3] = (-10, 20, 30.5)
    return affine


def test_geometry_matches_within_a_thousandth_of_a_millimeter():
    one = Geometry(SHAPE, oblique())
    near, far = oblique(), oblique()
    near[0, 3] += 5e-4
    far[0, 3] += 2e-3
    assert one.matches(Geometry(SHAPE, near))
    assert not one.matches(Geometry(SHAPE, far))
    assert not one.matches(Geometry((3, 5, 8), oblique()))
