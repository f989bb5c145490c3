"""How much memory this process may have, as Linux says it."""

from pathlib import Path

_UNLIMITED = 1 << 60  # version 1 of control groups writes a huge number


def available_memory(root=Path("/")):
    """Returns the bytes that this process has and may still get, or None.

    That is the least that the machine and each control group above the process leave
    (a container's limit is that of one). Other systems than Linux do not say it.

    Args:
        root: the root of the file system.
    """
    try:
        machine = _pairs(root / "proc/meminfo")["MemAvailable"] * 1024
        own = _pairs(root / "proc/self/status")["VmRSS"] * 1024
    except (OSError, KeyError, ValueError):
        return None
    return own + min([machine, *_left_in_groups(root)])


def _left_in_groups(root):
    """Yields what each control group of the process leaves."""
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        mount = root / "sys/fs/cgroup" / ("memory" if controllers else "")
        # In a container, its own group is mounted at the top.
        own = mount / path.lstrip("/")
        for folder in (own, *own.parents):
            left = _left(folder) if folder.is_relative_to(mount) else None
            if left is not None:
                yield left


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
