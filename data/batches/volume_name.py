"""The name of a volume in a batch."""

from typing import NamedTuple


class VolumeName(NamedTuple):
    """One volume of one epoch.

    Args:
        case_id: the case.
        epoch: the epoch that it is read in.
        row: its row among the cases; epoch and row key its augmentation.
    """

    case_id: str
    epoch: int
    row: int
