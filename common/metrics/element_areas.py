"""Areas of the surface elements between 2x2x2 voxels, as marching cubes cuts them.

The elements are those of DeepMind's surface-distance. Its table of 256 cases is
invariant under all 48 symmetries of the cube and under exchanging inside and outside,
which leaves the thirteen cases below.
"""

import itertools
from functools import cache

import numpy as np

# Keys: which of the eight voxels are inside, as bits from (0, 0, 0) to (1, 1, 1).
# Values: for each triangle of the surface, the magnitudes of its area vector's
# components along (depth, height, width), in eighths of a voxel's face.
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
    """Computes the surface area of each pattern of 2x2x2 voxels.

    Args:
        spacing: mm between voxels along depth, height and width.

    Returns:
        `(256,)` areas in mm², indexed by the pattern's bits: the highest is the voxel
        (0, 0, 0), the lowest (1, 1, 1).
    """
    depth, height, width = spacing
    faces = np.array([height * width, depth * width, depth * height])
    return np.linalg.norm(_triangles() * faces, axis=-1).sum(axis=-1)


@cache
def _triangles():
    """Returns all patterns' triangles, `(256, 4, 3)` in faces, padded with zeros."""
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
