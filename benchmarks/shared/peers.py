"""Processes that are measured in turns, each in an environment of its own.

The parent asks, a peer answers: one line of JSON each. Standard library and NumPy
only, because PyTorch's peers run where this suite is not installed.
"""

import json
import os
import resource
import select
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.shared.memory import resident_mb

# Python of the environment that `make` builds for PyTorch's peers.
TORCH = Path(".venv-torch/bin/python")


class TooSlow(Exception):
    """A peer did not answer in time, and its process was killed."""


class Peer:
    """A process that repeats what it measures whenever it is asked to.

    It starts with its first request, and starts again after it was too slow.

    Args:
        command: starts a program that calls `serve`, `serve_sizes` or `serve_tasks`.
        environment: environment variables that the process gets in addition.
    """

    def __init__(self, command, environment=None):
        self._command = command
        self._environment = os.environ | (environment or {})
        self._process = None
        self.description = {}

    def start(self):
        """Starts the process unless it runs; returns the peer.

        Its imports, and whatever else it does before it describes itself, take as
        long as they take.
        """
        if self._process is None:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=self._environment,
            )
            self.description = self._read()
        return self

    def ask(self, kind, timeout=None, **arguments):
        """Returns the answer to a request.

        Args:
            kind: what is asked for, a name that the peer knows.
            timeout: seconds to wait for the answer, or None for as long as it takes.
            **arguments: further values of the request.

        Raises:
            TooSlow: no answer came within `timeout`.
            RuntimeError: the process ended without an answer.
        """
        self.start()
        print(
            json.dumps({"kind": kind, **arguments}),
            file=self._process.stdin,
            flush=True,
        )
        return self._read(timeout)

    def run(self, calls=1):
        """Returns wall and processor seconds of one call, the mean of `calls`.

        One call comes before them that is not timed: another peer has used caches and
        memory meanwhile, which costs the first call up to a fifth, and in use a step
        comes after a step.
        """
        answer = self.ask("run", calls=calls, warm_up=1)
        return answer["wall"], answer["cpu"]

    def close(self):
        """Ends the process; returns its peak memory in GB, or None if none ran."""
        if self._process is None:
            return None
        peak = self.ask("end")["peak_gb"]
        self._release()
        return peak

    def _read(self, timeout=None):
        # A peer answers with one line only, so no second one waits in the buffer.
        if not select.select([self._process.stdout], [], [], timeout)[0]:
            self._process.kill()
            self._release()
            raise TooSlow
        line = self._process.stdout.readline()
        if not line:
            self._release()
            raise RuntimeError(f"Expected an answer from {self._command}.")
        return json.loads(line)

    def _release(self):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        self._process = None


def serve(call, **description):
    """Measures one function for the parent, after one call to warm up.

    Args:
        call: function without arguments.
        **description: what the parent reads as the peer's `description`; the seconds
            of the first call are added as `first_s`.
    """
    started = time.perf_counter()
    call()
    description["first_s"] = time.perf_counter() - started
    _answer(description, {"run": partial(_timed, call)})


def serve_sizes(prepare, draw, memory=resident_mb, **description):
    """Measures functions of many sizes for the parent.

    The request `prepare` builds (and traces) one size and returns the seconds that
    took, `first` calls it once, or twice where the first call may have compiled, and
    returns what was computed, `run` times some calls together, and `memory` measures
    what one call takes.

    Args:
        prepare: function from a size (a tuple) and a part (a string) to a function
            without arguments that returns arrays.
        draw: function from a size that draws, and keeps, the arrays that `prepare`
            needs. Its time is not that of `prepare`.
        memory: function from such a function to the MB that a call takes at its peak
            beyond its inputs, or None where that cannot be measured.
        **description: what the parent reads as the peer's `description`.
    """
    call = None

    def build(shape, part):
        nonlocal call
        shape = tuple(shape)
        draw(shape)
        started = time.perf_counter()
        call = prepare(shape, part)
        return time.perf_counter() - started

    _answer(
        description,
        {
            "prepare": build,
            "first": lambda slow: _first(call, slow),
            "run": lambda **how: _timed(call, **how),
            "memory": lambda: memory(call),
        },
    )


def serve_tasks(prepare, **description):
    """Measures tasks, one after the other, for the parent.

    The request `prepare` builds a task and returns what there is to tell of it, `run`
    times some calls together; the first call may trace and compile. `operations` has
    TensorFlow's profiler tell what the operations of a call take, by kind.

    Args:
        prepare: function from a task's keywords to a function without arguments, and
            a dict that the parent reads.
        **description: what the parent reads as the peer's `description`.
    """
    call = None

    def build(**task):
        nonlocal call
        call = None  # frees the last task's memory before this one needs it
        call, told = prepare(**task)
        return told

    def profile(calls):
        from benchmarks.shared.trace import operations

        return operations(call, calls)

    run = {"run": lambda **how: _timed(call, **how), "operations": profile}
    _answer(description, {"prepare": build} | run)


def _answer(description, answers):
    """Describes the peer, then answers requests until the parent ends it."""
    print(json.dumps(description), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        kind = request.pop("kind")
        if kind == "end":
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
            print(json.dumps({"peak_gb": peak}), flush=True)
            return
        print(json.dumps(answers[kind](**request)), flush=True)


def _timed(call, calls, warm_up=0):
    for _ in range(warm_up):
        call()
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(calls):
        call()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"wall": wall / calls, "cpu": cpu / calls}


def _first(call, slow):
    """Calls for the first time, and once more unless that took over `slow` seconds."""
    taken = []
    while len(taken) < 2 and not (taken and taken[0] > slow):
        started = time.perf_counter()
        results = call()
        taken.append(time.perf_counter() - started)
    return {
        "first_s": taken[0],
        "seconds": taken[-1],
        "means": [float(np.abs(np.asarray(result)).mean()) for result in results],
    }
