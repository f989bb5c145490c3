"""Preparation of volumes: each case once into the cache, by several processes."""

from common.files import lock
from data.brats.label_order import exchanged_severity, read_values, votes
from data.brats.releases import MODALITIES
from data.integrity import check_command
from data.lines import counted, now_and_then
from data.prepared.estimates import (
    duration_text,
    estimate,
    require_space,
    size_text,
)
from data.prepared.prepare_case import open_task
from data.prepared.processes import ProcessPool
from data.prepared.progress import Progress

_VOTERS = 12  # label maps that are looked at once more: some seconds


def prepare_volumes(dataset, cache, processes=1, say=print, note=None):
    """Prepares every case that is not in the cache yet.

    Cases whose files have not changed are taken over from the cache of an earlier
    state of the data set. The headers give a first estimate of disk and time; the
    first case that is prepared serves as the sample for a better one. A disk that
    is too small by either estimate is refused. A case that fails does not stop the
    others. If the call is killed at any moment, the same call continues with what
    is missing. It waits for another process that is preparing this cache; a cache that
    is complete is only read.

    Args:
        dataset: a `data.brats.volume_dataset.VolumeDataset`; the processes open it
            again by its `arguments`.
        cache: the `data.prepared.volume_cache.VolumeCache` to fill.
        processes: number of processes. For a case of 240x240x155 voxels each
            takes 0.4 GB and 1 s of a core, with N4 0.5 GB and 20 s.
        say: function that shows a line of text.
        note: function that shows a line in place of the one before; None to say one
            every few seconds.

    Returns:
        The number of cases written; those taken over are not counted.

    Raises:
        UserError: cases failed (all are named, the others are kept), or the disk
            is too small.
        ValueError: the cache's N4 excludes a modality that does not exist.
    """
    excluded = cache.n4.exclude if cache.n4 else ()
    if not set(excluded) <= set(MODALITIES):
        raise ValueError(f"Expected among {MODALITIES}. Received: exclude={excluded}")
    note = note or now_and_then(say)
    sources = hash_cases(dataset, note=note)
    if not _not_held(cache, sources):
        say(f"0 cases to prepare, {len(sources)} already done: {cache.folder}")
        return 0
    with lock(cache.folder, say):
        todo = _missing(cache, sources, say, note)
        done = len(sources) - len(todo)
        say(f"{len(todo)} cases to prepare, {done} already done: {cache.folder}")
        if not todo:
            return 0
        processes = min(processes, len(todo))
        _announce(dataset, cache, todo, processes, say)
        progress = Progress(cache, processes, len(todo), say, note)
        states = {case.id: _states(dataset, case) for case in dataset}
        tasks = [(case_id, sources[case_id], states[case_id]) for case_id in todo]
        _run(dataset, cache, tasks, processes, progress)
    progress.finish(dataset)
    _say_order(dataset, say)
    return progress.written


def _states(dataset, case):
    """Returns how a case's files were when their digests were computed."""
    files = [*case.images.values(), case.label]
    return dataset.digests.states([path for path in files if path is not None])


def _say_order(dataset, say):
    """Says where necrosis and edema seem exchanged, by the first labeled cases."""
    labeled = [case for case in dataset if case.label is not None][:_VOTERS]
    maps = [read_values(dataset.read_labels(case)) for case in labeled]
    if exchanged_severity(maps) == "error":
        exchanged, total = votes(maps)
        say(
            f"in {exchanged} of {total} label maps 1 lies outside of 2: edema and "
            f"necrosis seem exchanged; {check_command(dataset.release, dataset.root)}"
        )


def hash_cases(dataset, say=print, note=None):
    """Hashes every file of a data set, and shows how far it has come.

    Afterwards `dataset.fingerprint()`, which names the cache, takes no time.

    Args:
        dataset: a `data.brats.volume_dataset.VolumeDataset`.
        say: function that shows a line of text.
        note: as for `prepare_volumes`.

    Returns:
        The digest of each case's source by the case's id.

    Raises:
        UserError: a file cannot be read.
    """
    note = note or now_and_then(say)
    cases = counted(list(dataset), "cases read for their checksums", note)
    return {case.id: dataset.source(case) for case in cases}


def _not_held(cache, sources):
    """Returns the ids of the cases that this cache does not hold."""
    return [
        case_id
        for case_id, source in sources.items()
        if not cache.holds(case_id, source)
    ]


def _missing(cache, sources, say, note):
    """Returns the ids of the cases that neither this cache nor a sibling holds."""
    missing = _not_held(cache, sources)
    siblings = cache.siblings(but="fingerprint")
    if not siblings:
        return missing
    todo = [
        case_id
        for case_id in counted(missing, "cases looked for in other caches", note)
        if not any(cache.take_over(case_id, sources[case_id], s) for s in siblings)
    ]
    if len(todo) < len(missing):
        say(
            f"{len(missing) - len(todo)} cases taken over: they were prepared before "
            "the data set's other cases changed"
        )
    return todo


def _announce(dataset, cache, todo, processes, say):
    """Shows the estimate of the headers; refuses a disk that is too small."""
    size, seconds = estimate(dataset, cache, todo)
    duration = duration_text(seconds / processes)
    say(f"they will take at most {size_text(size)} and about {duration}")
    require_space(cache.folder, size, len(todo))


def _run(dataset, cache, tasks, processes, progress):
    """Prepares a sample, the first case that succeeds, and then all the others."""
    arguments = (type(dataset), dataset.arguments, cache)
    with ProcessPool(processes, open_task, arguments) as pool:
        while tasks and not progress.written:
            sample = (*tasks.pop(0), len(tasks) + 1)
            progress.note(pool.run([sample]))
        if tasks:
            progress.say_estimate(len(tasks))
            progress.note(pool.run((*task, 1) for task in tasks))
