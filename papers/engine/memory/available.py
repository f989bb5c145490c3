"""How much memory and how many cores this process may have, as Linux says it."""

import os
from pathlib import Path

_UNLIMITED = 1 << 60  # version 1 of control groups writes a huge number


def available_memory(root=Path("/")):
    """Returns the bytes that this process has and may still get, or None.

    That is the least that the machine and each control group above the process leave
    (a container's limit is that of one). Other systems than Linux do not say it.

    Args:
        root: the root of the file system.
    """
    free = free_memory(root)
    try:
        own = _pairs(root / "proc/self/status")["VmRSS"] * 1024
    except (OSError, KeyError, ValueError):
        return None
    return None if free is None else own + free


def free_memory(root=Path("/")):
    """Returns the bytes that processes beside this one may get, or None.

    Args:
        root: the root of the file system.
    """
    try:
        machine = _pairs(root / "proc/meminfo")["MemAvailable"] * 1024
    except (OSError, KeyError, ValueError):
        return None
    left = map(_left, _groups(root, "memory"))
    return min([machine, *(one for one in left if one is not None)])


def available_cores(root=Path("/")):
    """Returns how many cores this process may use: those of its mask, within its share.

    A container may have all cores of its machine in its mask and a share of their time.

    Args:
        root: the root of the file system.
    """
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    shares = map(_share, _groups(root, "cpu"))
    return max(min([cores, *(int(one) for one in shares if one is not None)]), 1)


def _groups(root, controller):
    """Yields the folders of the process's control groups, its own and those above."""
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and controller not in controllers.split(","):
            continue
        mount = root / "sys/fs/cgroup" / (controller if controllers else "")
        # In a container, its own group is mounted at the top.
        own = mount / path.lstrip("/")
        for folder in (own, *own.parents):
            if folder.is_relative_to(mount):
                yield folder


def _share(folder):
    """Returns the cores whose time a control group may have, or None for no limit."""
    for names in (("cpu.max",), ("cpu.cfs_quota_us", "cpu.cfs_period_us")):
        try:
            words = [word for n in names for word in (folder / n).read_text().split()]
            quota, period = map(int, words)  # "max" is no number, nor is -1 a limit
        except (OSError, ValueError):
            continue
        if quota > 0 and period > 0:
            return quota / period
    return None


def _left(folder):
    """Returns what a control group leaves, or None if it has no limit."""
    for limit, used, cache in (
        ("memory.max", "memory.current", "inactive_file"),
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ):
        try:
            most = int((folder / limit).read_text())  # "max" is no number
            now = int((folder / used).read_text())
            # What is only read from files is given up before memory runs out.
            freed = _pairs(folder / "memory.stat").get(cache, 0)
        except (OSError, ValueError):
            continue
        if most < _UNLIMITED:
            return max(most - now + freed, 0)
    return None


def _pairs(path):
    """Returns the numbers of a file whose lines begin with a name and a number."""
    pairs = {}
    for line in path.read_text().splitlines():
        words = line.replace(":", " ").split()
        if len(words) > 1 and words[1].isdigit():
            pairs[words[0]] = int(words[1])
    return pairs
