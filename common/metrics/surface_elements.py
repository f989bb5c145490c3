"""What the surface of a mask consists of: border voxels, or elements between voxels."""

import itertools

import numpy as np

from common.metrics.element_areas import element_areas

# The first two functions pad the mask and then shift it as one flat row. A shift
# carries only padding from the end of one line to the next: it arrives as background.


def border_voxels(mask):
    """Finds the voxels of a mask that have a face on its background.

    Everything outside the array is background, so the result does not depend on how
    closely the array is cropped.

    Args:
        mask: boolean array of any rank.

    Returns:
        `(n, axes)` integer indices.
    """
    padded = np.pad(mask, 1)
    flat = padded.ravel()
    core = flat.copy()
    for step in padded.strides:  # in bytes, which are elements here
        core[step:] &= flat[:-step]
        core[:-step] &= flat[step:]
    return _indices(flat & ~core, padded.shape) - 1


def corner_elements(mask, spacing):
    """Finds the elements of a mask's surface, each between eight voxels.

    As in marching cubes, a piece of the surface runs between the centers of 2x2x2
    neighbors that are not all alike. It is placed at the corner that the eight voxels
    share.

    Args:
        mask: boolean array `(depth, height, width)`.
        spacing: mm between voxels along these axes.

    Returns:
        `(corners, areas)`: `(n, 3)` integer indices, where corner i lies half a voxel
        before the center of voxel i, and `(n,)` mm².
    """
    padded = np.pad(mask, 1)
    flat = padded.ravel().view(np.uint8)
    code = np.zeros_like(flat)
    for bit, corner in enumerate(itertools.product((0, 1), repeat=3)):
        step = int(np.dot(corner, padded.strides))
        code[: len(flat) - step] |= flat[step:] << np.uint8(7 - bit)
    on_surface = (code != 0) & (code != 255)
    areas = element_areas(spacing)[code[on_surface]]
    return _indices(on_surface, padded.shape), areas


def surface_of(mask, spacing, rule):
    """Finds the elements of a mask's surface under a rule for distances.

    Args:
        mask: boolean array of any rank; three axes for elements with areas.
        spacing: mm between voxels, one number per axis.
        rule: a name in `common.metrics.surface.RULES`.

    Returns:
        `(points, areas)`: `(n, axes)` integer indices, of voxels or of corners before
        them, and `(n,)` mm²; ones if the rule has no areas.
    """
    if rule == "area-weighted":
        return corner_elements(mask, spacing)
    points = border_voxels(mask)
    return points, np.ones(len(points))


def _indices(flat, shape):
    return np.stack(np.unravel_index(np.flatnonzero(flat), shape), axis=-1)
