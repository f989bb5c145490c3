"""The healthy brain of the BraTS phantom: its surface and its tissues.

Positions are in mm from the center of the grid, with x from side to side, y from front
to back and z upwards. Shapes are given by levels: functions of the position that are
positive inside and grow by about one per mm of depth.
"""

from dataclasses import dataclass

import numpy as np

from data.phantom.brats.field import draw_waves, wave_field
from data.phantom.portable import cbrt, cos, exp, hypot, normal, tanh, uniform

TISSUES = (
    "white",
    "gray",
    "fluid",
    "vessel",
    "lesion",
    "edema",
    "enhancing",
    "necrosis",
    "nonenhancing",
)
WHITE, GRAY, FLUID, VESSEL, LESION, EDEMA, ENHANCING, NECROSIS, NONENHANCING = range(9)

# Centers and half axes (z, y, x) in mm; each has a twin on the other side.
_VENTRICLES = (
    ((13, -26, 9), (7, 17, 5)),
    ((19, -1, 11), (5, 25, 6)),
    ((10, 28, 19), (7, 15, 6)),
    ((-12, 13, 30), (3.5, 20, 4)),
    ((2, -2, 0), (9, 13, 2.2)),
    ((-32, 28, 0), (8, 6, 5)),
)
_DEEP_GRAY = (
    ((6, 6, 11), (9, 14, 8)),
    ((5, -10, 25), (9, 17, 6)),
    ((16, -22, 15), (8, 11, 4)),
)


@dataclass(frozen=True, eq=False)
class Brain:
    """One healthy brain, independent of any grid.

    Args:
        scale: size along z, y and x relative to the average.
        ventricles: size of the ventricles relative to the average.
        gyri: waves of the folds of the cortex.
        slow: waves of the slow variation of all surfaces.
        vessels: two sets of waves; vessels run where both fields are zero.
        spots: centers (z, y, x) and radii in mm, `(count, 4)`, of small bright
            lesions of the white matter that are not tumor.
    """

    scale: np.ndarray
    ventricles: float
    gyri: np.ndarray
    slow: np.ndarray
    vessels: tuple[np.ndarray, np.ndarray]
    spots: np.ndarray

    def depth(self, z, y, x):
        """Returns the level of the brain's surface without its folds.

        Args:
            z: positions in mm, of any shape.
            y: likewise.
            x: likewise.
        """
        z, y, x = (
            value / scale for value, scale in zip((z, y, x), self.scale, strict=True)
        )
        side = np.abs(x)
        broader = 1 + 0.0009 * y
        floor = -23 + 5 * tanh((y + 30) / 12)
        cerebrum = np.minimum(
            ball((z, y, x / broader), (13, 0, 0), (58, 84, 67)), z - floor
        )
        temporal = ball((z, y, side), (-22, -4, 41), (27, 44, 25))
        cerebellum = ball((z, y, x), (-36, 47, 0), (29, 34, 53))
        stem = np.minimum(13 - hypot(x, y - 16 - 0.2 * (z + 40)), z + 67)
        stem = np.minimum(stem, -5 - z)
        return np.maximum.reduce(
            np.broadcast_arrays(cerebrum, temporal, cerebellum, stem)
        )

    def paint(self, axes, edge):
        """Paints the tissues on a grid.

        Args:
            axes: positions along z, y and x in mm, three vectors.
            edge: width in mm of the transition from one tissue to the next.

        Returns:
            `(shares, mask)`: the share of each of `TISSUES` in each voxel,
            float32 `(tissues, depth, height, width)`, and the brain's mask.
        """
        grid = np.meshgrid(*axes, indexing="ij", sparse=True)
        grid = [axis.astype(np.float32) for axis in grid]
        slow = wave_field(axes, self.slow)
        depth = self.depth(*grid) + slow
        shares = np.zeros((len(TISSUES), *depth.shape), np.float32)
        shares[FLUID] = 1
        self._paint_cortex(shares, grid, axes, depth, edge)
        z, y, x = (a / s for a, s in zip(grid, self.scale.astype("f4"), strict=True))
        place = (z, y, np.abs(x) + 0.3 * slow)
        for center, half_axes in _DEEP_GRAY:
            blend(shares, GRAY, ball(place, center, half_axes), edge)
        for center, half_axes in _VENTRICLES:
            level = ball(place, center, np.multiply(half_axes, self.ventricles))
            # The caps of the ventricles are bright on FLAIR in every brain.
            blend(shares, LESION, level + 2.5 + 1.5 * slow, edge, max_share=0.5)
            blend(shares, FLUID, level, edge)
        for *center, radius in self.spots:
            level = ball(grid, center, (radius, radius, radius)) + 0.4 * radius * slow
            blend(shares, LESION, level, edge, max_share=0.9)
        first, second = (wave_field(axes, waves) for waves in self.vessels)
        tube = 12 * (0.11 - hypot(first, second))
        blend(shares, VESSEL, np.minimum(tube, depth + 2), edge)
        return shares, depth > 0

    def _paint_cortex(self, shares, grid, axes, depth, edge):
        """Paints gray and white matter, the fissures and the cerebellum."""
        z, y, x = (a / s for a, s in zip(grid, self.scale.astype("f4"), strict=True))
        gyri = wave_field(axes, self.gyri)
        # Sulci follow the zero lines of the folds: they open at the surface, and end
        # in the depth, where all is white matter.
        reach = 0.25 * exp(-np.maximum(depth, 0) / 10)
        reach -= np.maximum(depth - 17, 0) / 8
        gray = np.minimum(3.5 * (np.abs(gyri) - reach), depth - 1.2)
        middle = np.abs(x + 1.2 * gyri)
        tent = -10 - 0.35 * np.abs(x) + 0.25 * (y - 40) - z  # height above it
        # The corpus callosum bridges the fissure between the hemispheres.
        above = np.minimum(hypot(y, 1.5 * (z - 6)) - 40, -tent)
        fissure = np.minimum(1.5 - middle, above)
        sylvian = 1.6 - np.abs(z + 3 + 0.3 * y + 2 * gyri)
        sylvian = np.minimum(sylvian, np.minimum(np.abs(x) - 34, 28 - np.abs(y)))
        gray = np.minimum(gray, -np.maximum(fissure, sylvian))
        blend(shares, GRAY, gray, edge)
        blend(shares, WHITE, np.minimum(gray - 2.2 - 0.4 * gyri, depth - 3.5), edge)
        cerebellum = ball((z, y, x), (-36, 47, 0), (28, 33, 52))
        cerebellum = np.minimum(np.minimum(cerebellum, tent), depth - 1.2)
        blend(shares, GRAY, cerebellum, edge)
        folia = cos(1.1 * (z + 0.5 * np.abs(y - 34)) + gyri) - 0.4
        blend(shares, WHITE, np.minimum(3 * folia, cerebellum - 3), edge, max_share=0.5)
        stem = 12 - hypot(x, y - 16 - 0.2 * (z + 40))
        blend(shares, WHITE, np.minimum(stem, -12 - z), edge)
        # The great sinus, between and behind the hemispheres.
        sinus = np.minimum(5 - np.abs(x) - 0.6 * np.maximum(depth, 0), above)
        blend(shares, VESSEL, np.minimum(sinus, z - 12 + 0.5 * y), edge)


def draw_brain(generator):
    """Draws the brain of one patient.

    Args:
        generator: NumPy generator.

    Returns:
        A `Brain`.
    """
    scale = normal(generator, 1, [0.015, 0.025, 0.025])
    ventricles = float(uniform(generator, 0.75, 1.4))
    waves = [draw_waves(generator, length) for length in (16.0, 38.0, 44.0, 50.0)]
    spots = uniform(generator, [8, -45, 14, 2], [38, 45, 34, 5.5], (12, 4))
    spots[:, 2] *= generator.choice([-1, 1], 12)
    spots = spots[: generator.integers(2, 13)]
    return Brain(scale, ventricles, waves[0], waves[1], (waves[2], waves[3]), spots)


def ball(place, center, half_axes):
    """Returns the level of an ellipsoid.

    Args:
        place: positions in mm along each axis, arrays that broadcast.
        center: the center in mm.
        half_axes: the half axes in mm.
    """
    squares = (
        ((value - middle) / half) ** 2
        for value, middle, half in zip(place, center, half_axes, strict=True)
    )
    return (1 - np.sqrt(sum(squares))) * np.float32(cbrt(np.prod(half_axes)))


def blend(shares, tissue, level, edge, max_share=1.0):
    """Replaces other tissues with one tissue where its level is positive.

    Args:
        shares: share of each tissue, `(tissues, depth, height, width)`; changed in
            place.
        tissue: index into `TISSUES`.
        level: `(depth, height, width)`.
        edge: width in mm over which the share rises.
        max_share: the share inside.
    """
    box = _box(level > -edge / 2)
    share = np.clip(level[box] / np.float32(edge) + np.float32(0.5), 0, max_share)
    part = shares[(slice(None), *box)]
    part *= 1 - share
    part[tissue] += share


def _box(mask):
    """Returns the slices of the box of a mask; empty ones for an empty mask."""
    spans = (np.flatnonzero(mask.any(axis)) for axis in ((1, 2), (0, 2), (0, 1)))
    return tuple(slice(s[0], s[-1] + 1) if s.size else slice(0, 0) for s in spans)
