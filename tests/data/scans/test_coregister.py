"""Registration regains moves that are known, on grids of any kind."""

import numpy as np
import pytest
import SimpleITK as sitk

from data.scans.coregister import Registration
from tests.data.scans import heads

# Thick slices in another direction, and a grid elsewhere in the scanner.
MOVES = {
    "t1": (heads.move((4, -7, 9), (6, -5, 4)), "LPS", (3, 3, 3)),
    "t2": (heads.move((-8, 3, -5), (-4, 8, -6)), "PSR", (3, 3, 6)),
    "flair": (heads.move((0, 2, 12), (70, -40, 30)), "LSA", (2, 2, 4)),
}


@pytest.fixture(scope="module")
def registration():
    fixed = heads.scan("t1ce")
    return Registration(fixed, sitk.Cast(fixed > 0, sitk.sitkUInt8))


@pytest.mark.parametrize("name", MOVES)
def test_known_moves(registration, name):
    transform, axes, voxel = MOVES[name]
    on = heads.grid(axes, voxel)
    # The head stays in the middle of the grid, wherever it is in the scanner.
    middle = transform.GetInverse().TransformPoint((0, 0, 0))
    on.SetOrigin(np.add(on.GetOrigin(), middle).tolist())
    (found,) = registration.place([heads.scan(name, transform, on)])
    points = np.random.default_rng(0).uniform(-25, 25, (200, 3))
    errors = [
        np.linalg.norm(
            np.subtract(
                transform.TransformPoint(found.transform.TransformPoint(p.tolist())), p
            )
        )
        for p in points
    ]
    assert np.mean(errors) < 0.7 and max(errors) < 1.2
    assert found.information > 0.3 and found.coverage > 0.99
    if name == "t1":
        # 2 arccos of half the trace and one, of the rotation that was put in.
        trace = np.trace(np.reshape(transform.GetMatrix(), (3, 3)))
        assert found.angle == pytest.approx(
            np.degrees(np.arccos((trace - 1) / 2)), abs=1.0
        )


def test_the_same_images_give_the_same_transform(registration):
    moving = heads.scan("t1", heads.move((3, 0, 0), (2, 0, 0)))
    one, two = registration.place([moving, moving])
    (other,) = registration.place([moving])
    assert one.transform.GetParameters() == two.transform.GetParameters()
    assert one.transform.GetParameters() == other.transform.GetParameters()


def test_an_image_of_too_little(registration):
    slab = heads.scan("t1")[14:18, 14:18, 14:18]
    (found,) = registration.place([slab])
    assert found.information == -np.inf and found.coverage < 0.1
