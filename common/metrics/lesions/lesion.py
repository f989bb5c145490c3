"""One lesion with its scores."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Lesion:
    """A lesion of the truth, or a component of the prediction that is none.

    Args:
        region: the region that it is a part of, such as `"et"`.
        number: of the lesion in the region, from 1; false ones come last.
        status: `"found"`, `"missed"` or `"false"`.
        counted: whether it is large enough to count; false ones always are.
        truth_mm3: its volume in the truth.
        predicted_mm3: the volume of what was predicted of it.
        dice: Dice of the two, 0 if one is empty.
        nsd: normalized surface Dice, 0 if one is empty.
        hd95: mm; if one is empty, the rule's penalty, or NaN if it has none.
        center: of its voxels in the volume, `(depth, height, width)` from 0.
    """

    region: str
    number: int
    status: str
    counted: bool
    truth_mm3: float
    predicted_mm3: float
    dice: float
    nsd: float
    hd95: float
    center: tuple[float, float, float]
