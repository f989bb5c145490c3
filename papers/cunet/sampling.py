"""Loss weighted sampling: which pixels a loss sees, and how much each counts.

A slice is divided into four regions, and for every batch a share of the pixels of each
region is drawn anew. This happens in the background, where the batches are made.

Reference:
    Section 2.2, equations (2) and (3), figure 2.
"""

from dataclasses import dataclass

import numpy as np

from data.batches.contours import contour_band

# The regions S1 to S4 of figure 2 (d).
BACKGROUND, NORMAL, TUMOR, CONTOUR = 1, 2, 3, 4


@dataclass(frozen=True)
class LossSampler:
    """Draws the sample matrices W of both U-Nets.

    Args:
        beta: ratio of normal pixels to tumor pixels in a batch, equation (3).
        alpha1: weight of the contour in the loss of the first U-Net.
        alpha2: weight of the contour in the loss of the second U-Net.
        contour_width: width of the contour region in pixels.
        contour_overlap: `"wins"` if the contour's pixels are in no other region,
            `"add"` if those within the tumor are in its region, too.
        epochs: number of epochs of the training, which decides the minimum of p2.
    """

    beta: float = 1.5
    alpha1: float = 2.0
    alpha2: float = 1.0
    contour_width: float = 10.0
    contour_overlap: str = "wins"
    epochs: int = 50

    def regions(self, tumor, brain):
        """Divides a slice into its four regions.

        Args:
            tumor: boolean `(height, width)`, the true tumor.
            brain: boolean, pixels that are not 0 in all modalities.

        Returns:
            uint8 `(height, width)`, 1 to 4 for S1 to S4.
        """
        regions = np.where(brain, np.uint8(NORMAL), np.uint8(BACKGROUND))
        regions[tumor] = TUMOR
        # inferred: the regions divide the image, so that a pixel is in one of them.
        # chosen: there is no contour outside the brain.
        band = contour_band(tumor, self.contour_width) & (brain | tumor)
        regions[band] = CONTOUR
        return regions

    @property
    def min_p2(self):
        """The minimum share of normal brain that is kept, where beta p2 epochs = 1."""
        return min(1.0, 1 / (self.beta * self.epochs))

    def p2(self, normal, tumor):
        """Returns the probability that a pixel of normal brain is kept.

        Equation (3), p2 N2 = beta p3 N3 with p3 = 1. It is clipped from below by
        beta p2 epochs >= 1, so that every pixel should be seen once.

        Args:
            normal: number of pixels in S2.
            tumor: number of tumor pixels, including those of the contour (chosen:
                slices with small tumors would have p2 = 0 otherwise).
        """
        if not normal:
            return 1.0
        return float(min(1.0, max(self.beta * tumor / normal, self.min_p2)))

    def weights(self, regions, tumor, p2, random):
        """Draws the sample matrices of a slice, equation (2).

        Args:
            regions: uint8 `(height, width)`, as `regions` returns it.
            tumor: boolean `(height, width)`.
            p2: probability that a pixel of S2 is kept.
            random: NumPy generator.

        Returns:
            float32 `(height, width, 2)`, the matrices W of the first and the second
            U-Net.
        """
        uniform = random.random(regions.shape, np.float32)
        first = self._matrix(regions, tumor, uniform, (0, p2, 1, 1), self.alpha1)
        second = self._matrix(regions, tumor, uniform, (0, 0, 1, 1), self.alpha2)
        return np.stack([first, second], axis=-1)

    def _matrix(self, regions, tumor, uniform, shares, alpha):
        total = np.zeros(regions.shape, np.float32)
        for region, share in zip(
            (BACKGROUND, NORMAL, TUMOR, CONTOUR), shares, strict=True
        ):
            inside = regions == region
            if region == TUMOR and self.contour_overlap == "add":
                inside = tumor
            sampled = inside & (uniform < share)
            total += (alpha if region == CONTOUR else 1) * sampled
        return total


def weights_of_batch(sampler, tumors, brains, generators, scope="batch", p2=None):
    """Draws the sample matrices of a batch.

    Args:
        sampler: a `LossSampler`.
        tumors: boolean `(batch, height, width)`.
        brains: boolean `(batch, height, width)`.
        generators: a NumPy generator for each slice.
        scope: what p2 balances, `"batch"`, `"slice"` or `"dataset"`.
        p2: the probability of the whole data set, for the scope `"dataset"`.

    Returns:
        float32 `(batch, height, width, 2)`.
    """
    pairs = list(zip(tumors, brains, strict=True))
    regions = [sampler.regions(tumor, brain) for tumor, brain in pairs]
    normal = [np.count_nonzero(one == NORMAL) for one in regions]
    counts = [np.count_nonzero(tumor) for tumor in tumors]
    if scope == "slice":
        shares = [sampler.p2(*pair) for pair in zip(normal, counts, strict=True)]
    else:
        of_all = sampler.p2(sum(normal), sum(counts)) if scope == "batch" else p2
        shares = [of_all] * len(regions)
    drawn = zip(regions, tumors, shares, generators, strict=True)
    return np.stack([sampler.weights(*one) for one in drawn])
