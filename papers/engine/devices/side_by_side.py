"""Whole trainings in parallel, each in its own process and on its own GPU."""

import contextlib
import os
import signal
import subprocess
import sys
import time

from common.errors import UserError
from common.training.placement import check_gpus
from papers.engine.devices.relay import Relay

_POLL_SECONDS = 0.2
_SECONDS_TO_END = 60  # after Ctrl-C, the longest step that is waited for
_OUTPUT = {
    "stdout": subprocess.PIPE,
    "stderr": subprocess.STDOUT,
    "text": True,
    "errors": "replace",
    # Ctrl-C reaches this process only, which passes it on once.
    "process_group": 0,
}


def side_by_side(jobs, request, console, start=subprocess.Popen):
    """Trains jobs in processes of their own, one per GPU, each after those it needs.

    Args:
        jobs: the `papers.engine.job.Job`s to train.
        request: the `papers.engine.request.Request` that they are of.
        console: a `papers.engine.console.Console`, which shows a line per training.
        start: starts a process, as `subprocess.Popen` does.

    Raises:
        UserError: there are fewer GPUs than asked for, or a training failed; the
            others that had begun are finished first.
    """
    gpus = request.gpus
    check_gpus(gpus, jobs[0].protocol.towers, shared=False)
    waiting = [job for job in jobs if job.trains and not job.finished()]
    if waiting and len(waiting) < gpus:
        console.say(f"GPUs without a training: {gpus - len(waiting)} of {gpus}")
    running, failed = {}, []
    with console.live() as show, _ended(running):
        free = list(range(gpus))
        while running or (waiting and not failed):
            ready = [job for job in waiting if _can_begin(job)]
            while free and ready and not failed:
                job, gpu = ready.pop(0), free.pop(0)
                waiting.remove(job)
                console.say(f"GPU {gpu}: {job.short_name}")
                own = {**os.environ, "CUDA_VISIBLE_DEVICES": _name_of(gpu)}
                process = start(command_of(job, request), env=own, **_OUTPUT)
                running[process] = job, gpu, Relay(process, console, show)
            time.sleep(_POLL_SECONDS)
            for process in [p for p in running if p.poll() is not None]:
                job, gpu, relay = running.pop(process)
                relay.finish()
                free.append(gpu)
                if process.returncode:
                    failed.append(job.name)
    if failed:
        raise UserError(
            ", ".join(failed),
            "trainings that finish",
            "an error, see above",
            "correct it, then run the same command again: it resumes",
        )


@contextlib.contextmanager
def _ended(running):
    """Ends the processes that are running when this one is interrupted."""
    try:
        yield
    except BaseException:
        for process, (_, _, relay) in running.items():
            relay.silence()
            process.send_signal(signal.SIGINT)
        for process in running:
            try:
                process.wait(_SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                process.kill()
        raise


def command_of(job, request):
    """Returns the command that trains one job of a request alone.

    It repeats the arguments of this process. The last `--gpus` counts.

    Args:
        job: a `papers.engine.job.Job`.
        request: the `papers.engine.request.Request`.
    """
    verb = [sys.executable, "-m", "papers", "train"]
    return [*verb, *request.arguments, "--only", job.name, "--gpus", "1"]


def _can_begin(job):
    return all(other.finished() is not None for other in job.needs.values())


def _name_of(gpu):
    """Returns the name of the n-th of the GPUs that this process may use."""
    names = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    return names.split(",")[gpu].strip() if names else str(gpu)
