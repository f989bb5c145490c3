"""Preparation of a single case, by a process that does nothing else."""

import re
import resource
import time
from pathlib import Path

from common.errors import UserError
from data.integrity import check_command
from data.known_digests import require_unchanged
from data.prepared.estimates import require_space
from data.prepared.n4 import corrected
from data.prepared.pack import pack_volume


def prepare_case(dataset, case, n4=None):
    """Reads one case and turns it into what the cache keeps.

    Args:
        dataset: a `data.brats.volume_dataset.VolumeDataset`.
        case: one of its cases.
        n4: the `data.prepared.n4.N4` that corrects its modalities, or None.

    Returns:
        `(info, arrays)` as `data.prepared.pack.pack_volume` returns them.

    Raises:
        UserError: a file of the case cannot be used.
    """
    geometry = dataset.geometry(case)
    images = dataset.read_images(case)
    labels = dataset.read_labels(case)
    images = corrected(images, n4, geometry.spacing, case.images)
    try:
        return pack_volume(images, labels, geometry.affine)
    except ValueError as error:
        raise UserError(
            dataset.place_of(case),
            "images and labels that fit each other",
            error,
            check_command(dataset.release, dataset.root),
        ) from error


def open_task(kind, arguments, cache):
    """Opens the data set in a process; returns what prepares one case there.

    Args:
        kind: class of the data set.
        arguments: what the class is called with.
        cache: the `data.prepared.volume_cache.VolumeCache` to fill.

    Returns:
        Function from `(case id, digest of its source, how its files were then, number
        of cases that will take as much)` to `(bytes on disk, seconds, peak memory in
        bytes, labels left out)`.
    """
    dataset = kind(*arguments)
    cases = {case.id: case for case in dataset}

    def prepare(task):
        case_id, source, states, count = task
        begin = time.monotonic()
        info, arrays = prepare_case(dataset, cases[case_id], cache.n4)
        require_unchanged(states)
        size = cache.size_on_disk(arrays)
        require_space(cache.folder, size * count, count)
        cache.write_volume(case_id, source, info, arrays)
        return size, time.monotonic() - begin, _peak_memory(), info.dropped

    return prepare


def _peak_memory():
    """Returns the largest amount of memory that this process has used, in bytes."""
    # getrusage would count the process it was started from.
    status = Path("/proc/self/status")
    if status.exists():
        peak = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        return int(peak[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
