"""How much disk and time a preparation will take, and whether the disk has it."""

import math
import shutil

from common.errors import UserError
from data.brats.releases import MODALITIES

# Seconds of one core per million voxels of the whole grid, measured on four real
# cases of 240x240x155 voxels (processor time, Intel Xeon, virtual machine with two
# cores).
_SECONDS = 0.085  # four modalities read, packed and written
_SECONDS_N4 = 0.52  # N4 of one modality at its default settings


def estimate(dataset, cache, case_ids):
    """Estimates from the headers what preparing some cases will take.

    A case whose header cannot be read counts for nothing here: it is reported when
    it is prepared.

    Args:
        dataset: a `data.brats.volume_dataset.VolumeDataset`.
        cache: the `data.prepared.volume_cache.VolumeCache` to fill.
        case_ids: ids of the cases to prepare.

    Returns:
        `(size, seconds)`: bytes on disk, at most, and seconds of one core.
    """
    corrected = len(set(MODALITIES) - set(cache.n4.exclude)) if cache.n4 else 0
    size = seconds = 0
    for case in dataset:
        if case.id not in case_ids:
            continue
        try:
            shape = dataset.geometry(case).shape
        except UserError:
            continue
        size += cache.max_size_on_disk(shape)
        seconds += math.prod(shape) / 1e6 * (_SECONDS + corrected * _SECONDS_N4)
    return size, seconds


def require_space(folder, size, count):
    """Refuses a disk with too little space.

    Args:
        folder: a folder on the disk.
        size: bytes needed.
        count: number of cases that need them, for the message.

    Raises:
        UserError: less than `size` is free.
    """
    free = shutil.disk_usage(folder).free
    if free < size:
        raise UserError(
            folder,
            f"space for {count} cases, about {size_text(size)}",
            f"{size_text(free)} free",
            "free some space or choose a folder on another disk, then run the command "
            "again",
        )


def size_text(size):
    """Returns a number of bytes in MB or GB, for messages."""
    if size < 1e8:
        return f"{math.ceil(size / 1e6)} MB"
    return f"{float(f'{size / 1e9:.2g}'):g} GB"


def duration_text(seconds):
    """Returns a number of seconds in s, min or h, for messages."""
    if seconds < 90:
        return f"{max(1, seconds):.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:,.{int(seconds < 360_000)}f} h"
