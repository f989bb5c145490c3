"""The cores of a machine, dealt to tasks that run on it at the same time.

TensorFlow starts a thread for each core that its process may use. Without a bound, 32
tasks on 64 cores would be 2,048 threads that wait for each other.
"""

import contextlib
import fcntl
import os
import tempfile
from pathlib import Path


@contextlib.contextmanager
def own_cores(count):
    """Reserves cores, which other tasks of this user do not get meanwhile.

    A core is reserved by the lock of a file, which ends with the process that has it.

    Args:
        count: how many; None for all, shared with others.

    Yields:
        The set of their numbers; None for no bound: where all are asked for, where
        fewer are free (several clusters share a machine), or where the system binds no
        process to cores.
    """
    if not count or not hasattr(os, "sched_setaffinity"):
        yield None
        return
    folder = Path(tempfile.gettempdir(), f"braintumor-cores-{os.getuid()}")
    with contextlib.ExitStack() as locks:
        found = set()
        for core in sorted(os.sched_getaffinity(0)):
            if len(found) < count and _reserve(folder / str(core), locks):
                found.add(core)
        if len(found) < count:
            locks.close()
        yield found if len(found) == count else None


def shared_cores(count, number):
    """Returns cores for a task where none are free: another task has them, too.

    What it computes is the same then, as it has as many threads.

    Args:
        count: how many.
        number: of the task, from 0, by which tasks get different ones.

    Returns:
        The set of their numbers; None where the system binds no process to cores.
    """
    if not hasattr(os, "sched_getaffinity"):
        return None
    all_cores = sorted(os.sched_getaffinity(0))
    chosen = range(number * count, (number + 1) * count)
    return {all_cores[index % len(all_cores)] for index in chosen}


@contextlib.contextmanager
def bound(cores):
    """Binds this thread to cores; a process that it starts meanwhile stays there.

    Args:
        cores: the set of their numbers, or None for no bound.
    """
    if cores is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _reserve(path, locks):
    try:
        path.parent.mkdir(exist_ok=True)
        file = locks.enter_context(open(path, "a", encoding="utf-8"))
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # another task has it, or nothing can be locked there
        return False
    return True
