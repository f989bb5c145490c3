"""One case's prediction and truth: cropped once, with surfaces that scores share."""

import math

import numpy as np

from common.boxes import union_box
from common.metrics import overlap
from common.metrics.regions import check_labels, region_masks
from common.metrics.surface import check_spacing, distances_between
from common.metrics.surface_elements import surface_of


class CasePair:
    """The prediction and the truth of one case, for any number of scores.

    The volumes are cropped to what either of them contains. The surfaces of a region
    and the distances between them are found when they are first asked for, and once.

    Args:
        prediction: integer labels 0 to 5 (`common.metrics.regions`), of shape
            `(depth, height, width)`. It should be the whole volume, because
            specificity depends on the amount of background.
        truth: integer labels of the same shape.
        spacing: mm between voxels along depth, height and width.
        regions: labels by region name; `common.metrics.regions.REGIONS` by default.

    Attributes:
        spacing: `(3,)` mm.
        regions: the regions' names.

    Raises:
        ValueError: the shapes differ, a label is not one of 0 to 5, or the spacing is
            invalid.
    """

    def __init__(self, prediction, truth, spacing, regions=None):
        prediction = check_labels(prediction, "prediction")
        truth = check_labels(truth, "truth")
        if prediction.shape != truth.shape or prediction.ndim != 3:
            raise ValueError(
                "Expected prediction and truth of the same shape (depth, height, "
                f"width). Received: {prediction.shape} and {truth.shape}"
            )
        if not truth.size:
            raise ValueError(f"Expected voxels to score. Received: shape {truth.shape}")
        self.spacing = check_spacing(spacing, 3)
        whole, box = prediction.shape, union_box(prediction, truth)
        prediction, truth = prediction[box], truth[box]
        self._origin = tuple(one.start for one in box)
        self._tumor_slices = truth.any(axis=(1, 2))
        # What cropping removed is true negative in every region: of the whole volume,
        # and of its tumor slices.
        self._outside = math.prod(whole) - prediction.size
        beside = math.prod(whole[1:]) - math.prod(prediction.shape[1:])
        self._beside = beside * np.count_nonzero(self._tumor_slices)
        self._masks = [region_masks(x, regions) for x in (prediction, truth)]
        self.regions = tuple(self._masks[0])
        self._found = {}

    def counts(self, region):
        """Returns the `common.metrics.overlap.Counts` of voxels, of the whole volume.

        Args:
            region: name of a region.
        """
        counts = overlap.confusion(*self._pair(region))
        return counts._replace(tn=counts.tn + self._outside)

    def slice_counts(self, region):
        """Returns the counts in the slices whose truth has any label.

        Args:
            region: name of a region.
        """
        masks = (mask[self._tumor_slices] for mask in self._pair(region))
        counts = overlap.confusion(*masks)
        return counts._replace(tn=counts.tn + self._beside)

    def boxed(self, region):
        """Crops a region to what prediction or truth contain of it.

        Args:
            region: name of a region.

        Returns:
            `(prediction, truth, origin)`: two boolean masks of one shape `(depth,
            height, width)`, and where their first voxel lies in the whole volume.
        """
        return self._once(("boxed", region), lambda: self._boxed(region))

    def surfaces(self, region, rule):
        """Finds the surfaces of a region in prediction and truth.

        Args:
            region: name of a region.
            rule: a name in `common.metrics.surface.RULES`.

        Returns:
            `(prediction, truth)`, each `(points, areas)` of
            `common.metrics.surface_elements.surface_of`, with points in the box of
            `boxed`.
        """
        # The rules that take border voxels share them.
        kind = rule if rule == "area-weighted" else "border-max"
        return self._once(
            ("surfaces", region, kind),
            lambda: [surface_of(m, self.spacing, kind) for m in self.boxed(region)[:2]],
        )

    def distances(self, region, rule):
        """Measures the distances between the surfaces of a region.

        Args:
            region: name of a region that neither prediction nor truth lacks.
            rule: a name in `common.metrics.surface.RULES`.

        Returns:
            `common.metrics.surface.SurfaceDistances`.
        """
        kind = rule if rule == "area-weighted" else "border-max"
        measured = self._once(
            ("distances", region, kind),
            lambda: distances_between(*self.surfaces(region, kind), self.spacing, kind),
        )
        return measured.under(rule)

    def _pair(self, region):
        return [masks[region] for masks in self._masks]

    def _boxed(self, region):
        prediction, truth = self._pair(region)
        box = union_box(prediction, truth)
        starts = zip(self._origin, box, strict=True)
        origin = tuple(start + one.start for start, one in starts)
        return prediction[box], truth[box], origin

    def _once(self, key, find):
        if key not in self._found:
            self._found[key] = find()
        return self._found[key]
