"""Dice of the tumor regions, of counts pooled over many slices or volumes."""

import numpy as np

from common.metrics import overlap
from common.metrics.regions import region_masks


class PooledRegions:
    """Adds up the voxels of each region in predictions and truths.

    Args:
        regions: labels by the region's name; `common.metrics.regions.REGIONS` by
            default.
    """

    def __init__(self, regions=None):
        self.regions = regions
        self._counts = {}

    def add(self, labels, truth):
        """Counts one prediction against its truth.

        Args:
            labels: integer array of any shape, canonical labels.
            truth: integer array of the same shape.
        """
        truths = region_masks(truth, self.regions)
        for region, mask in region_masks(labels, self.regions).items():
            new = np.array(overlap.confusion(mask, truths[region]))
            self._counts[region] = self._counts.get(region, 0) + new

    def dice(self):
        """Returns each region's Dice, 1 where neither truth nor prediction has it."""
        return {
            region: float(overlap.dice(*counts))
            for region, counts in self._counts.items()
        }
