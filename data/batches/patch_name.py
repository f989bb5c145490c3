"""The name of a patch in a batch."""

from typing import NamedTuple


class PatchName(NamedTuple):
    """One patch, named before its image is read.

    Args:
        case_id: the case.
        center: `(depth, height, width)` in voxels of the whole grid.
        step: the training step it is read in.
        position: its place in the batch of the step; step and position key its noise
            and its augmentation.
    """

    case_id: str
    center: tuple[int, int, int]
    step: int
    position: int
