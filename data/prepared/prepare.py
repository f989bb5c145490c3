"""Preparation of volumes: each case once into the cache, by several processes."""

import math
import re
import resource
import shutil
import time
from pathlib import Path

from common.errors import UserError
from common.files import lock
from data.brats.dataset import MODALITIES
from data.prepared.pack import pack_volume
from data.prepared.workers import Workers

_SECONDS_BETWEEN_LINES = 5.0

# Seconds of one core per million voxels of the whole grid, on four real cases of
# 240x240x155 voxels (CPU time, Intel Xeon, virtual machine with two cores).
_SECONDS = 0.085  # four modalities read, packed and written
_SECONDS_N4 = 0.52  # N4 of one modality at its default settings


def prepare_volumes(dataset, cache, workers=1, say=print):
    """Prepares every case that is not in the cache yet.

    What the cache of an earlier state of the data set holds is taken over where
    its files have not changed. Before the first case is prepared, the headers
    tell what disk and time all will take; that case is the sample that tells it
    better. Neither may find too small a disk. A case that fails does not stop the
    others. Killed at any moment, the same call goes on with what is missing.

    Args:
        dataset: a `data.brats.dataset.BratsDataset`; the processes open it again by its
            `root` and `release`.
        cache: the `data.prepared.volume_cache.VolumeCache` to fill.
        workers: number of processes. For a case of 240x240x155 voxels each
            takes 0.4 GB and 1 s of a core, with N4 0.5 GB and 20 s.
        say: function that shows a line of text.

    Returns:
        The number of cases written, those taken over not counted.

    Raises:
        UserError: cases failed (all are named, the others are kept), the disk
            has not enough room, or another process prepares this cache.
        ValueError: the cache's N4 excludes a modality that there is not.
    """
    excluded = cache.n4.exclude if cache.n4 else ()
    if not set(excluded) <= set(MODALITIES):
        raise ValueError(f"Expected among {MODALITIES}. Received: exclude={excluded}")
    with lock(cache.folder):
        sources = hash_cases(dataset, say)
        missing = [
            case_id
            for case_id, source in sources.items()
            if not cache.holds(case_id, source)
        ]
        todo = _take_over(cache, missing, sources, say)
        there = len(sources) - len(todo)
        say(f"{len(todo)} cases to prepare, {there} are there: {cache.folder}")
        if not todo:
            return 0
        workers = min(workers, len(todo))
        _estimate(dataset, cache, todo, workers, say)
        arguments = (type(dataset), dataset.root, dataset.release, cache)
        progress = _Progress(cache, workers, todo, say)
        with Workers(workers, _open, arguments) as processes:
            tasks = [(case_id, sources[case_id]) for case_id in todo]
            while tasks and not progress.written:
                sample = (*tasks.pop(0), len(tasks) + 1)
                progress.note(processes.run([sample]))
            if tasks:
                progress.estimate(len(tasks))
                progress.note(processes.run((*task, 1) for task in tasks))
    progress.finish(dataset)
    return progress.written


def hash_cases(dataset, say=print):
    """Hashes every file of a data set, and shows how far it is.

    Afterwards `dataset.fingerprint()`, which names the cache, takes no time.

    Args:
        dataset: a `data.brats.dataset.BratsDataset`.
        say: function that shows a line of text, every few seconds.

    Returns:
        The digest of each case's source by the case's id.

    Raises:
        UserError: a file cannot be read.
    """
    cases = _shown(list(dataset), "cases read for their checksums", say)
    return {case.id: dataset.source(case) for case in cases}


def _take_over(cache, missing, sources, say):
    """Takes over what sibling caches hold; returns the cases that none does."""
    siblings = cache.siblings(but="fingerprint")
    if not siblings:
        return missing
    todo = [
        case_id
        for case_id in _shown(missing, "cases looked for in other caches", say)
        if not any(cache.take_over(case_id, sources[case_id], s) for s in siblings)
    ]
    if len(todo) < len(missing):
        say(
            f"{len(missing) - len(todo)} cases taken over: they were prepared before "
            "the data set's other cases changed"
        )
    return todo


def _estimate(dataset, cache, todo, workers, say):
    """Says what the headers tell of disk and time; refuses too small a disk."""
    corrected = len(set(MODALITIES) - set(cache.n4.exclude)) if cache.n4 else 0
    size = seconds = 0
    for case in dataset:
        if case.id not in todo:
            continue
        try:
            shape = dataset.geometry(case).shape
        except UserError:
            continue  # told with whatever else is wrong when it is prepared
        size += cache.most_on_disk(shape)
        seconds += math.prod(shape) / 1e6 * (_SECONDS + corrected * _SECONDS_N4)
    time_needed = _duration(seconds / workers)
    say(f"they will take at most {_gigabytes(size)} and about {time_needed}")
    _check_room(cache.folder, size, len(todo))


def _shown(items, what, say):
    """Yields the items of a list, and says every few seconds how many are done."""
    said = time.monotonic()
    for done, item in enumerate(items):
        if time.monotonic() - said >= _SECONDS_BETWEEN_LINES:
            said = time.monotonic()
            say(f"{done} of {len(items)} {what}")
        yield item


class _Progress:
    """What has been written, what has failed, and how long the rest will take."""

    def __init__(self, cache, workers, todo, say):
        self.cache, self.workers, self.total, self.say = cache, workers, len(todo), say
        self.written, self.failures = 0, {}
        self.bytes, self.seconds, self.memory = 0, 0.0, 0
        self.said = None  # the sample is followed by the estimate

    def note(self, outcomes):
        for (case_id, *_), result, error in outcomes:
            if error is None:
                size, seconds, memory = result
                self.written += 1
                self.bytes += size
                self.seconds += seconds
                self.memory = max(self.memory, memory)
            elif _is_about(error, self.cache.folder):
                raise error  # a disk that is full fails every other case too
            else:
                self.failures[case_id] = error
            self._say_now_and_then()

    def estimate(self, cases):
        size = _gigabytes(self.bytes / self.written * cases)
        self.say(f"{cases} more will take about {size} and {self._time(cases)}")
        self.said = time.monotonic()

    def finish(self, dataset):
        if self.written:
            self.say(
                f"prepared {self.written} cases, {_gigabytes(self.bytes)}, "
                f"at most {_gigabytes(self.memory)} of memory a process"
            )
        if self.failures:
            told = "".join(f"\n  {case}: {e}" for case, e in self.failures.items())
            raise UserError(
                dataset.root,
                "cases that can all be prepared",
                f"{len(self.failures)} of {self.total} that cannot:{told}\n",
                f"mend or remove them ({_check_command(dataset)}) and run the "
                "command again; the others are kept",
            )

    def _say_now_and_then(self):
        left = self.total - self.written - len(self.failures)
        if not left or self.said is None:
            return
        if time.monotonic() - self.said >= _SECONDS_BETWEEN_LINES:
            self.said = time.monotonic()
            self.say(f"{self.total - left} of {self.total}, {self._time(left)} left")

    def _time(self, cases):
        return _duration(self.seconds / self.written * math.ceil(cases / self.workers))


def _is_about(error, folder):
    return isinstance(error, UserError) and Path(error.file).is_relative_to(folder)


def _duration(seconds):
    if seconds < 90:
        return f"{max(1, seconds):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _gigabytes(size):
    if size < 1e8:
        return f"{math.ceil(size / 1e6)} MB"
    return f"{float(f'{size / 1e9:.2g}'):g} GB"


def _open(kind, root, release, cache):
    """Opens the data set in a process; returns the function that prepares a case."""
    dataset = kind(root, release)
    cases = {case.id: case for case in dataset}

    def prepare(task):
        case_id, source, count = task
        begin = time.monotonic()
        info, arrays = prepare_case(dataset, cases[case_id], cache.n4)
        size = cache.size_on_disk(arrays)
        _check_room(cache.folder, size * count, count)
        cache.write_volume(case_id, source, info, arrays)
        seconds = time.monotonic() - begin
        memory = _peak_memory()
        return size, seconds, memory

    return prepare


def prepare_case(dataset, case, n4=None):
    """Reads one case and makes of it what the cache keeps.

    Args:
        dataset: a `data.brats.dataset.BratsDataset`.
        case: one of its cases.
        n4: the `data.prepared.n4.N4` that corrects its modalities, or None.

    Returns:
        `(info, arrays)` as `data.prepared.pack.pack_volume` returns them.

    Raises:
        UserError: a file of the case cannot be used.
    """
    geometry = dataset.geometry(case)
    images = {name: dataset.read_image(case, name) for name in MODALITIES}
    labels = dataset.read_labels(case)
    try:
        if n4 is not None:
            for name in MODALITIES:
                if name not in n4.exclude:
                    images[name] = n4.correct(images[name], geometry.spacing)
        return pack_volume(images, labels, geometry.affine)
    except ValueError as error:
        raise UserError(
            case.images[MODALITIES[0]].parent,
            "images and labels that fit each other",
            error,
            _check_command(dataset),
        ) from error


def _check_command(dataset):
    command = f"make check-data DATASET={dataset.release} DATA={dataset.root}"
    return f"{command} lists what is wrong"


def _check_room(folder, size, count):
    free = shutil.disk_usage(folder).free
    if free < size:
        raise UserError(
            folder,
            f"room for {count} cases, about {_gigabytes(size)}",
            f"{_gigabytes(free)} free",
            "free space or take a folder on another disk, then run the command again",
        )


def _peak_memory():
    """Returns the most memory that this process has had, in bytes."""
    # getrusage would count the process it was started from.
    status = Path("/proc/self/status")
    if status.exists():
        peak = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        return int(peak[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
