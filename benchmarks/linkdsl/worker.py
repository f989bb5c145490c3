"""A process of its own for settings that TensorFlow reads only once."""

import contextlib
import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor

from benchmarks.linkdsl.prepared import Timing

_prepared = {}


class Worker:
    """Runs tasks in a fresh process with the given settings."""

    def __init__(self, settings):
        # The process starts with the first task, which inherits these.
        self._environment = {
            "TF_ENABLE_ONEDNN_OPTS": str(int(settings.onednn)),
            "TF_CPP_MIN_LOG_LEVEL": "3",
        }
        self._pool = ProcessPoolExecutor(
            1,
            multiprocessing.get_context("spawn"),
            initializer=_configure,
            initargs=(settings,),
        )

    def prepare(self, task):
        """Builds a task and runs it twice; returns a future of its description.

        The description has the task's operations, the threads, and the seconds of the
        first call, which traces and compiles.
        """
        with _environment(self._environment):
            return self._pool.submit(_prepare, task)

    def run(self, task, count, warm_up=1):
        """Returns `count` timings, after `warm_up` repetitions that are not timed."""
        return self._pool.submit(_run, task, count, warm_up).result()

    def close(self):
        """Ends the process."""
        self._pool.submit(_close).result()
        self._pool.shutdown()


@contextlib.contextmanager
def _environment(changes):
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _configure(settings):
    from papers.engine.quiet import import_tensorflow

    import_tensorflow()
    from benchmarks.linkdsl import tasks

    tasks.configure(settings)


def _prepare(task):
    from benchmarks.linkdsl import tasks
    from benchmarks.shared.machine import threads

    _prepared[task] = prepared = tasks.build(task)
    started = time.perf_counter()
    prepared.call()
    first = time.perf_counter() - started
    prepared.call()
    return {"flop": prepared.flop, "threads": threads(), "first_s": first}


def _run(task, count, warm_up):
    prepared = _prepared[task]
    for _ in range(warm_up):
        prepared.call()
    timings = []
    for _ in range(count):
        wall, cpu = time.perf_counter(), time.process_time()
        waited = prepared.call()
        timings.append(
            Timing(time.perf_counter() - wall, time.process_time() - cpu, waited or 0)
        )
    return timings


def _close():
    for prepared in _prepared.values():
        prepared.close()
    _prepared.clear()
