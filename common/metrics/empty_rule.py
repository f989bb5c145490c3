"""What a region scores where prediction, truth or both have nothing of it."""

import math
from dataclasses import dataclass

# Diagonal of the 240 x 240 x 155 voxels of 1 mm of a BraTS volume: 373.13 mm.
BRATS_DIAGONAL = math.hypot(240, 240, 155)


@dataclass(frozen=True)
class EmptyRule:
    """The values that no formula gives.

    Dice and IoU of a region that only one of prediction and truth has are 0 by
    every rule. NaN leaves a case out of a mean, and must then be counted.

    Args:
        both_score: Dice, IoU, precision and sensitivity where both are empty.
        one_score: precision of an empty prediction, and sensitivity of an
            empty truth, where the other is not empty.
        both_distance: distances in mm where both are empty.
        one_distance: distances in mm where only one is empty.
    """

    both_score: float
    one_score: float
    both_distance: float
    one_distance: float


EMPTY_RULES = {
    # As BraTS ranks: nothing to find and nothing found is right, and a missed
    # structure is as far away as can be. Its undefined ratios are left out.
    "brats": EmptyRule(1.0, math.nan, 0.0, BRATS_DIAGONAL),
    # The same for overlap; there is no distance to nothing.
    "one": EmptyRule(1.0, math.nan, math.nan, math.nan),
    # What is 0 / 0 is left out.
    "nan": EmptyRule(math.nan, math.nan, math.nan, math.nan),
    # Cases without the structure are left out, all errors score 0.
    "skip": EmptyRule(math.nan, 0.0, math.nan, math.nan),
    "zero": EmptyRule(0.0, 0.0, math.nan, math.nan),
}
