"""Areas of surface elements: geometry, symmetries and the table they follow."""

import numpy as np
import pytest

from common.metrics.element_areas import element_areas


def code(*voxels):
    """Returns the pattern in which these of the 2x2x2 voxels are inside."""
    inside = np.zeros((2, 2, 2), np.uint8)
    for voxel in voxels:
        inside[voxel] = 1
    return int(np.packbits(inside)[0])


def test_areas_from_geometry():
    areas = element_areas((2, 3, 5))
    assert areas[0] == areas[255] == 0
    assert np.count_nonzero(areas) == 254
    # A face between two layers, across each axis.
    plane = [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert areas[code(*((1, h, w) for h, w in plane))] == pytest.approx(3 * 5)
    assert areas[code(*((d, 1, w) for d, w in plane))] == pytest.approx(2 * 5)
    assert areas[code(*((d, h, 1) for d, h in plane))] == pytest.approx(2 * 3)
    # An edge is cut off from the middle of one side to the middle of the other.
    cut = np.hypot(2 / 2, 3 / 2) * 5
    assert areas[code((1, 1, 0), (1, 1, 1))] == pytest.approx(cut)
    # A corner is cut off by the triangle between the middles of three edges.
    middles = np.diag([1.0, 1.5, 2.5])
    sides = middles[1] - middles[0], middles[2] - middles[0]
    triangle = np.linalg.norm(np.cross(*sides)) / 2
    assert areas[code((0, 0, 0))] == pytest.approx(triangle)


def test_inside_and_outside_share_a_surface():
    areas = element_areas((1, 0.9, 3))
    np.testing.assert_array_equal(areas, areas[::-1])


def test_axes_and_their_spacing_change_together():
    areas, turned = element_areas((2, 3, 5)), element_areas((5, 2, 3))
    for pattern in range(256):
        inside = np.unpackbits(np.uint8(pattern)).reshape(2, 2, 2)
        other = code(*map(tuple, np.argwhere(inside.transpose(2, 0, 1))))
        assert areas[pattern] == pytest.approx(turned[other])


@pytest.mark.parametrize("spacing", [(1, 1, 1), (3.0, 0.9, 0.7)])
def test_areas_equal_the_table_of_deepmind(spacing):
    tables = pytest.importorskip(
        "surface_distance.lookup_tables", reason="surface-distance: extra [test]"
    )
    expected = tables.create_table_neighbour_code_to_surface_area(spacing)
    np.testing.assert_allclose(element_areas(spacing), expected)
