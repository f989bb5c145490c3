"""Whole trainings at once, each in a process and on a GPU of its own."""

import os
import subprocess
import sys
import time

from common.errors import UserError
from common.training.placement import check_gpus

_SECONDS_BETWEEN_LOOKS = 0.2


def side_by_side(jobs, options, gpus, say, start=subprocess.Popen):
    """Trains jobs in processes of their own, one a GPU, each after those it needs.

    Args:
        jobs: the `papers.engine.job.Job`s to train.
        options: the `papers.engine.cli.stages.Options` of their request.
        gpus: number of GPUs.
        say: function that shows a line of text.
        start: starts a process, as `subprocess.Popen` does.

    Raises:
        UserError: there are fewer GPUs, or a training failed; the others that had
            begun are finished.
    """
    towers = getattr(jobs[0].protocol.training, "towers", None)
    check_gpus(gpus, towers, shared=False)
    trained = [job for job in jobs if not (job.parts or job.weights)]
    waiting = [job for job in trained if not job.finished()]
    if waiting and len(waiting) < gpus:
        say(f"GPUs without a training: {gpus - len(waiting)} of {gpus}")
    free, running, failed = list(range(gpus)), {}, []
    while running or (waiting and not failed):
        ready = [job for job in waiting if _can_begin(job)]
        while free and ready and not failed:
            job, gpu = ready.pop(0), free.pop(0)
            waiting.remove(job)
            say(f"GPU {gpu}: {job.name}")
            own = {**os.environ, "CUDA_VISIBLE_DEVICES": _name_of(gpu)}
            running[start(command_of(job, options), env=own)] = job, gpu
        time.sleep(_SECONDS_BETWEEN_LOOKS)
        for process in [p for p in running if p.poll() is not None]:
            job, gpu = running.pop(process)
            free.append(gpu)
            if process.returncode:
                failed.append(job.name)
    if failed:
        raise UserError(
            ", ".join(failed),
            "trainings that come to their end",
            "an error, see above",
            "correct it, then run the same command again: it goes on",
        )


def command_of(job, options):
    """Returns the command that trains one job of a request alone.

    Args:
        job: a `papers.engine.job.Job`.
        options: the `papers.engine.cli.stages.Options` of the request.
    """
    words = [sys.executable, "-m", "papers", "train", options.paper, "--only", job.name]
    single = ("data", "profile", "methods", "split", "folds", "seeds", "splits")
    for name in (*single, "epochs"):
        value = getattr(options, name)
        if value not in (None, ""):
            words += [f"--{name}", str(value)]
    for change in options.changes:
        words += ["--set", change]
    return words


def _can_begin(job):
    return all(other.finished() is not None for other in job.needs.values())


def _name_of(gpu):
    """Returns the name of the n-th of the GPUs that this process may use."""
    names = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    return names.split(",")[gpu].strip() if names else str(gpu)
