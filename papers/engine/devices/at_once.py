"""How many jobs this machine does at once without a cluster, and with which cores."""

import os

from common.errors import UserError
from common.training.cluster import on_several_machines

# What a demo's job gets. Its networks are small: a second core shortens a step by less
# than another job gains from it. The rows are the same on every number of cores.
_DEMO_CORES = 1


def cores_asked(request):
    """Returns how many cores a job without a GPU is to have, None if nothing says it.

    Args:
        request: a `papers.engine.request.Request`.
    """
    return request.cpus_per_job or (_DEMO_CORES if request.is_demo else None)


def cores_of_job(request):
    """Returns how many cores each job has if several are done at once, else None.

    That is what `CPUS_PER_JOB` says, and what demos do on a machine without a GPU.

    Args:
        request: a `papers.engine.request.Request` without a cluster.

    Raises:
        UserError: `CPUS_PER_JOB` on a machine with a GPU, which jobs would share.
    """
    cores = cores_asked(request)
    if request.gpus or on_several_machines() or not cores:
        return None
    import tensorflow as tf

    gpus = len(tf.config.list_physical_devices("GPU"))
    if request.cpus_per_job and gpus:
        raise UserError(
            f"CPUS_PER_JOB={cores}",
            "a machine without a GPU, or CLUSTER=local, which gives each job its own",
            f"{gpus} GPU{'s' if gpus > 1 else ''}",
            "leave CPUS_PER_JOB out",
        )
    return None if gpus else cores


def how_many(cores, peaks, available):
    """Returns how many jobs are done at once: cores and memory are enough for these.

    Args:
        cores: of each job.
        peaks: the memory that each job needs, in bytes, as far as it is known.
        available: the memory that is free, in bytes; None where nobody knows.
    """
    at_once = _cores() // cores
    if peaks and available is not None:
        at_once = min(at_once, int(available // max(peaks)))
    return max(at_once, 1)


def _cores():
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
