"""The machines that `TF_CONFIG` names, read without TensorFlow.

A machine here is one process of a training that several share; TensorFlow calls it
a worker. (The workers of `data.prepared` are processes that prepare cases.)
"""

import json
import os

from common.errors import UserError

# What takes part in a step. Platforms know others, such as `ps` and `evaluator`.
_TYPES = ("chief", "worker")
_EXAMPLE = (
    '{"cluster": {"worker": ["a:2222", "b:2222"]}, "task": {"type": "worker", '
    '"index": 0}}'
)


class LostMachineError(UserError):
    """One of several machines has stopped, so all of them must be restarted."""


def machines():
    """Returns how many machines train together: 1 if `TF_CONFIG` names none.

    Raises:
        UserError: `TF_CONFIG` is not what `MultiWorkerMirroredStrategy` can use:
            machines of the types `chief` (at most one) and `worker`, each with its own
            address, and the task of this one among them.
    """
    text = os.environ.get("TF_CONFIG", "").strip()
    if not text:
        return 1
    try:
        config = json.loads(text)
    except ValueError as error:
        raise _refused(f"JSON such as {_EXAMPLE}", text) from error
    if not isinstance(config, dict):
        raise _refused(f"JSON such as {_EXAMPLE}", text)
    cluster = config.get("cluster") or {}
    _check_cluster(cluster)
    count = sum(map(len, cluster.values()))
    task = config.get("task")
    # One machine alone needs no task, but one that is named is of the cluster.
    named = isinstance(task, dict) and {"type", "index"} <= task.keys()
    if count > 1 or (count and named):
        _check_task(task, cluster)
    return max(count, 1)


def on_several_machines():
    """Whether `TF_CONFIG` makes this process one of several machines."""
    return machines() > 1


def _check_cluster(cluster):
    if not isinstance(cluster, dict) or not all(
        isinstance(hosts, list) for hosts in cluster.values()
    ):
        raise _refused(f"lists of addresses by type, as in {_EXAMPLE}", cluster)
    others = [name for name, hosts in cluster.items() if hosts and name not in _TYPES]
    if others:
        expected = "machines of the types chief and worker only, which share each batch"
        raise _refused(expected, f"the type {others[0]}")
    if len(cluster.get("chief", ())) > 1:
        raise _refused("at most one chief", f"{len(cluster['chief'])} of them")
    hosts = [host for hosts in cluster.values() for host in hosts]
    for host in hosts:
        name, _, port = str(host).rpartition(":")
        if not (isinstance(host, str) and name and port.isdecimal()):
            raise _refused("addresses such as node1:2222", repr(host))
    twice = [host for host in hosts if hosts.count(host) > 1]
    if twice:
        raise _refused("each address once", f"{twice[0]} twice")


def _check_task(task, cluster):
    there = {name: hosts for name, hosts in cluster.items() if hosts}
    if not isinstance(task, dict) or not {"type", "index"} <= task.keys():
        expected = 'the task of this machine, as in {"type": "worker", "index": 0}'
        raise _refused(expected, "none" if task is None else task)
    kind, index = task["type"], task["index"]
    if not isinstance(kind, str) or kind not in there:
        expected = f"the type of this machine to be one of {', '.join(there)}"
        raise _refused(expected, kind)
    is_number = type(index) is int or isinstance(index, str) and index.isdecimal()
    if not (is_number and 0 <= int(index) < len(there[kind])):
        expected = f"an index from 0 to {len(there[kind]) - 1} of this {kind}"
        raise _refused(expected, index)


def _refused(expected, received):
    return UserError(
        "TF_CONFIG",
        expected,
        received,
        '`make workers COMMAND="make train-…" HOSTS=a:2222,b:2222` prints it for each '
        "host; unset TF_CONFIG to train on this machine alone",
    )
