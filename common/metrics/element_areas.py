"""Areas of the pieces of surface between 2x2x2 voxels, as marching cubes cuts them.

The pieces are those of DeepMind's surface-distance, whose table of 256 cases is
the same under all 48 symmetries of the cube and under exchange of inside and
outside. What is left are the thirteen cases below.
"""

import itertools
from functools import cache

import numpy as np

# Which of the eight voxels are inside, as bits: the first of (0, 0, 0), the last
# of (1, 1, 1). For each triangle of the surface the size of its area's component
# along (depth, height, width), in eighths of a voxel's face.
_TRIANGLES = {
    0b00000001: ((1, 1, 1),),
    0b00000011: ((2, 2, 0), (2, 2, 0)),
    0b00000110: ((1, 1, 1), (1, 1, 1)),
    0b00000111: ((4, 0, 0), (2, 2, 2), (1, 1, 1)),
    0b00001111: ((4, 0, 0), (4, 0, 0)),
    0b00010110: ((1, 1, 1), (1, 1, 1), (1, 1, 1)),
    0b00010111: ((2, 2, 2), (2, 2, 2), (1, 1, 1), (1, 1, 1)),
    0b00011000: ((1, 1, 1), (1, 1, 1)),
    0b00011001: ((0, 2, 2), (0, 2, 2), (1, 1, 1)),
    0b00011011: ((3, 3, 3), (1, 1, 1), (0, 2, 2), (2, 0, 2)),
    0b00011110: ((4, 0, 0), (2, 2, 2), (1, 1, 1), (1, 1, 1)),
    0b00111100: ((2, 2, 0), (2, 2, 0), (2, 2, 0), (2, 2, 0)),
    0b01101001: ((1, 1, 1), (1, 1, 1), (1, 1, 1), (1, 1, 1)),
}


def element_areas(spacing):
    """Computes the area of surface for each pattern of 2x2x2 voxels.

    Args:
        spacing: mm between voxels along (depth, height, width).

    Returns:
        `(256,)` areas in mm², by the pattern's bits, of which the highest is
        the voxel (0, 0, 0) and the lowest (1, 1, 1).
    """
    depth, height, width = spacing
    faces = np.array([height * width, depth * width, depth * height])
    return np.linalg.norm(_triangles() * faces, axis=-1).sum(axis=-1)


@cache
def _triangles():
    """The triangles of all patterns, `(256, 4, 3)` in faces, zero where fewer."""
    table = np.zeros((256, 4, 3))
    for code, triangles in _TRIANGLES.items():
        inside = np.unpackbits(np.uint8(code)).reshape(2, 2, 2)
        for order in itertools.permutations(range(3)):
            turned = inside.transpose(order)
            for axes in itertools.product((False, True), repeat=3):
                flipped = np.flip(turned, np.flatnonzero(axes))
                same = int(np.packbits(flipped)[0])
                for pattern in (same, 255 - same):
                    table[pattern, : len(triangles)] = np.array(triangles)[:, order]
    return table / 8
