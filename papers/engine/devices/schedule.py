"""How long tasks take on a cluster, as far as their own times are known."""

import heapq

# Tasks at once for which a plan says its time.
AT_ONCE = (1, 2, 4, 8, 16, 32)


def elapsed(tasks, seconds, at_once):
    """Returns the time until the last of some tasks is finished.

    Whenever there is room, the first task begins of those that wait for no other.

    Args:
        tasks: `papers.engine.devices.tasks.Task`s, each after those that it needs.
        seconds: how long each takes, by its name.
        at_once: how many run at the same time.
    """
    waiting, ends, running, now = list(tasks), {}, [], 0.0
    while waiting or running:
        for task in [t for t in waiting if all(n in ends for n in t.after)]:
            if len(running) == at_once:
                break
            waiting.remove(task)
            heapq.heappush(running, (now + seconds[task.name], task.name))
        now, name = heapq.heappop(running)
        ends[name] = now
    return now


def elapsed_by_size(tasks, seconds):
    """Returns the time for as many tasks at once as still make it shorter.

    Args:
        tasks: as for `elapsed`.
        seconds: as for `elapsed`.

    Returns:
        A dict from tasks at once to seconds.
    """
    found = {}
    for at_once in AT_ONCE:
        took = elapsed(tasks, seconds, at_once)
        if found and took >= min(found.values()):
            break
        found[at_once] = took
    return found
