"""The tumors of the BraTS phantom: edema, rim and necrosis of irregular shape.

A region is where a level is positive: the negative distance from a center, bent by
smooth random fields and shifted so that the region has the size that was drawn. So it
fills the same share of every grid.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from data.phantom.brats.brain import (
    EDEMA,
    ENHANCING,
    FLUID,
    GRAY,
    NECROSIS,
    NONENHANCING,
    blend,
)
from data.phantom.brats.field import draw_waves, wave_field
from data.phantom.portable import cbrt, exp, normal, orthonormal, uniform

# Share of the volume of the whole grid, as in the real data.
_MEDIAN, _SPREAD, _MIN, _MAX = 0.009, 0.55, 0.002, 0.024
_GRID = 155 * 240 * 240  # mm³
_NEVER = np.float32(-1e4)  # a level far outside


@dataclass(frozen=True, eq=False)
class Tumor:
    """One tumor, independent of any grid.

    Args:
        share: share of the grid's volume that is tumor.
        center: its center along z, y and x in mm.
        core_center: the center of its core in mm.
        axes: three orthogonal axes divided by their relative lengths, `(3, 3)`.
        waves: waves of its outline, rough outline, rim and patches.
        core: share of the tumor that is not edema.
        enhancing: share of the core that takes up contrast agent; may be 0.
        necrosis: share of the core that is necrosis; may be 0.
        fuzzy: width in mm of the transition from edema to brain.
    """

    share: float
    center: np.ndarray
    core_center: np.ndarray
    axes: np.ndarray
    waves: tuple[np.ndarray, ...]
    core: float
    enhancing: float
    necrosis: float
    fuzzy: float

    def paint(self, shares, mask, axes, edge, grid_size):
        """Paints the tumor into a brain.

        Args:
            shares: shares of the tissues, as `Brain.paint` returned them; changed in
                place.
            mask: mask of the brain, `(depth, height, width)`.
            axes: positions along z, y and x in mm, three vectors.
            edge: width in mm of the transition from one tissue to the next.
            grid_size: number of voxels of the whole grid.

        Returns:
            Labels, uint8 of the shape of the mask: 0 none, 1 necrosis, 2 edema, 3
            non-enhancing, 4 enhancing.
        """
        outline, rough, rim, patches = (wave_field(axes, w) for w in self.waves)
        size = cbrt(self.share * _GRID * 0.75 / np.pi)  # radius, mm
        bend = size * (0.18 * outline + 0.1 * rough)
        # Edema spreads along the white matter, but not into cortex or ventricles.
        tissue = -0.3 * size * shares[GRAY] - 2.0 * size * shares[FLUID]
        outside = np.where(mask, np.float32(0), _NEVER)
        whole = tissue + bend + outside - self._distance(axes, self.center)
        whole = _of_size(whole, max(self.share * grid_size, 12))
        count = max((whole > 0).sum() * self.core, 6)
        core = 0.7 * bend + outside - self._distance(axes, self.core_center)
        core = np.minimum(_of_size(core, count), whole - edge / 2)
        count = (core > 0).sum()
        blend(shares, EDEMA, whole, self.fuzzy + edge)
        blend(shares, NONENHANCING, core, 1.5 * edge)
        labels = np.where(whole > 0, 2, 0).astype(np.uint8)
        labels[core > 0] = 3
        if self.necrosis:
            dead = core + 0.12 * size * rim
            dead = np.minimum(_of_size(dead, count * self.necrosis), core)
            blend(shares, NECROSIS, dead, edge)
            labels[dead > 0] = 1
        if self.enhancing:
            # The rim surrounds the necrosis, with gaps.
            near = core - dead if self.necrosis else core
            ring = 0.5 * near + 0.15 * size * patches
            ring = np.where(labels == 3, ring, _NEVER)
            ring = np.minimum(_of_size(ring, count * self.enhancing), 2 * edge)
            blend(shares, ENHANCING, ring + edge / 4, edge)
            labels[ring > 0] = 4
        return labels

    def _distance(self, axes, center):
        """Returns the distance from a center, scaled along the tumor's axes, in mm."""
        z, y, x = (
            axis.astype(np.float32)
            for axis in np.meshgrid(
                *(axis - middle for axis, middle in zip(axes, center, strict=True)),
                indexing="ij",
                sparse=True,
            )
        )
        turned = (a * z + b * y + c * x for a, b, c in self.axes.astype(np.float32))
        return np.sqrt(sum(value**2 for value in turned))


def draw_tumor(generator, brain, high_grade, enhances):
    """Draws the tumor of one patient.

    Args:
        generator: NumPy generator.
        brain: the patient's `Brain`.
        high_grade: whether it is a glioblastoma, whose core is mostly a rim around
            necrosis; of other tumors, few have necrosis.
        enhances: whether a part of it takes up contrast agent.

    Returns:
        A `Tumor`.
    """
    between = partial(uniform, generator)
    share = np.clip(_MEDIAN * exp(_SPREAD * normal(generator)), _MIN, _MAX)
    size = cbrt(share * _GRID * 0.75 / np.pi)
    points = uniform(generator, [-25, -62, -52], [55, 62, 52], (512, 3))
    inside = brain.depth(*points.T)
    wrong = np.maximum(0.55 * size + 5 - inside, 0)
    wrong += np.maximum(0.5 * size + 4 - np.abs(points[:, 2]), 0)
    center = points[np.flatnonzero(wrong <= max(1.5, wrong.min()))[0]]
    turn = orthonormal(normal(generator, size=(3, 3)))
    if high_grade:
        core, necrosis = between(0.25, 0.6), between(0.15, 0.5)
        enhancing = between(0.6, 0.95) * (1 - necrosis)
    else:
        core = between(0.35, 0.8)
        necrosis = between(0.02, 0.12) * (between() < 0.3)
        enhancing = between(0.05, 0.3)
    lengths = np.array([2.6, 1.1, 0.9, 0.8]) * size
    return Tumor(
        share=float(share),
        center=center,
        core_center=center + normal(generator, 0, 0.12 * size, 3),
        axes=turn / exp(normal(generator, 0, 0.1, (3, 1))),
        waves=tuple(draw_waves(generator, length) for length in lengths),
        core=float(core),
        enhancing=float(enhancing) if enhances else 0.0,
        necrosis=float(necrosis),
        fuzzy=float(between(2, 6)),
    )


def _of_size(level, count):
    """Returns a level, shifted so that it is positive in about `count` voxels."""
    count = int(np.clip(round(count), 1, (level > _NEVER / 2).sum() - 1))
    place = level.size - count - 1
    return level - np.partition(level, place, axis=None)[place]
