"""The name of a slice in a batch."""

from typing import NamedTuple


class SliceName(NamedTuple):
    """One slice of one epoch.

    Args:
        case_id: the case.
        z: position of the slice in the whole volume.
        epoch: the epoch that it is read in.
        row: its row in the index of the epoch; epoch and row key its augmentation.
    """

    case_id: str
    z: int
    epoch: int
    row: int
