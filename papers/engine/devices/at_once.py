"""How many jobs this machine does at once without a cluster, and with which cores."""

import os

from common.errors import UserError
from common.training.cluster import on_several_machines
from papers.engine.memory.available import available_cores, free_memory
from papers.engine.memory.prediction import BASE

# What a demo's job gets. Its networks are small: a second core shortens a step by less
# than another job gains from it. The rows are the same on every number of cores.
_DEMO_CORES = 1
_SHARE = 0.9  # of the free memory: predictions are not exact


def cores_asked(request):
    """Returns how many cores a job without a GPU is to have, None if nothing says it.

    Args:
        request: a `papers.engine.request.Request`.
    """
    return request.cpus_per_job or (_DEMO_CORES if request.is_demo else None)


def bound_threads(cores):
    """Bounds the threads of this process where the system binds it to no cores.

    Call it before TensorFlow computes anything.

    Args:
        cores: number of threads; None for one for each core.
    """
    if cores and not hasattr(os, "sched_setaffinity"):
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(cores)
        tf.config.threading.set_inter_op_parallelism_threads(cores)


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


def jobs_at_once(jobs, predicted, cores):
    """Returns how many of some jobs this machine does at once.

    Args:
        jobs: `papers.engine.job.Job`s, of which those that are trained need no memory.
        predicted: function that returns a job's `Prediction`, or None.
        cores: of each job.
    """
    left = {job.method.id: job for job in jobs if not job.finished()}
    found = [predicted(job) for job in left.values()]
    peaks = [one.peak for one in found if one]
    return how_many(cores, peaks, free_memory())


def how_many(cores, peaks, free):
    """Returns how many jobs are done at once: cores and memory are enough for these.

    Args:
        cores: of each job.
        peaks: the memory that each training needs, in bytes, as far as it is known.
        free: the memory that processes beside this one may get, in bytes; None where
            nobody knows.
    """
    at_once = available_cores() // cores
    if free is not None:
        # A process that only scores has its libraries, too.
        largest = max([BASE, *peaks])
        at_once = min(at_once, int(_SHARE * free // largest))
    return max(at_once, 1)
