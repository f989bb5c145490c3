"""The scores of a region that is empty in the prediction, the truth or both."""

import math
from dataclasses import dataclass

# Diagonal of a BraTS volume of 240 x 240 x 155 voxels of 1 mm: 373.13 mm.
BRATS_DIAGONAL = math.hypot(240, 240, 155)


@dataclass(frozen=True)
class EmptyRule:
    """The values that no formula gives.

    Under every rule, Dice and IoU are 0 for a region that only one of prediction and
    truth contains. NaN leaves a case out of a mean; such cases must then be counted.

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
    # As BraTS ranks: finding nothing where there is nothing is perfect, and a missed
    # structure is as far away as possible. Undefined ratios are left out.
    "brats": EmptyRule(1.0, math.nan, 0.0, BRATS_DIAGONAL),
    # The same for overlap, but no distance to an empty region.
    "one": EmptyRule(1.0, math.nan, math.nan, math.nan),
    # Whatever is 0 / 0 is left out.
    "nan": EmptyRule(math.nan, math.nan, math.nan, math.nan),
    # Cases without the structure are left out; all errors score 0.
    "skip": EmptyRule(math.nan, 0.0, math.nan, math.nan),
    "zero": EmptyRule(0.0, 0.0, math.nan, math.nan),
}
