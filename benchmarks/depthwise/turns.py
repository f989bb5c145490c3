"""Peers that answer questions on many sizes, in processes of their own.

Standard library and NumPy only: one of the peers runs where this suite is not
installed.
"""

import ctypes
import gc
import json
import os
import select
import subprocess
import sys
import time
from functools import lru_cache
from pathlib import Path

import numpy as np


class TooSlow(Exception):
    """A peer did not answer within the cap; its process was ended."""


class Peer:
    """A process that measures one way of convolving, when asked to.

    Args:
        command: starts a program that calls `serve`. It is started when it is
            first asked, and again after it was too slow.
        gives_back: whether C's allocator gives each larger block back to the system
            at once. Only then is what the process takes for one size not hidden by
            what it kept of another; but it costs time.
    """

    def __init__(self, command, gives_back=False):
        self._command = command
        self._environment = dict(os.environ)
        if gives_back:
            self._environment |= {
                "MALLOC_MMAP_THRESHOLD_": str(1 << 16),
                "MALLOC_TRIM_THRESHOLD_": "0",
            }
        self._process = None
        self.version = ""

    def ask(self, request, cap):
        """Returns the answer to a request.

        Raises:
            TooSlow: there was none within `cap` seconds.
        """
        if self._process is None:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=self._environment,
            )
            self.version = self._read(600)  # its imports are not its time
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return self._read(cap)

    def close(self):
        """Ends the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process.stdin.close()
            self._process.stdout.close()
            self._process = None

    def _read(self, cap):
        ready, _, _ = select.select([self._process.stdout], [], [], cap)
        if not ready:
            self.close()
            raise TooSlow
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"Expected an answer of {self._command}.")
        return json.loads(line)


@lru_cache(maxsize=1)
def tensors(shape):
    """Returns input, kernel, bias and the output's gradient, for all peers the same.

    Args:
        shape: `(channels, side, rate)`.

    Returns:
        `(side, side, side, channels)`, `(3, 3, 3, channels)`, `(channels,)` and
        again the first.
    """
    channels, side, _ = shape
    random = np.random.default_rng(0)
    sizes = ((side,) * 3, (3,) * 3, (), (side,) * 3)
    return [
        random.standard_normal((*size, channels), dtype=np.float32) for size in sizes
    ]


def serve(prepare, version="", memory=None):
    """Answers requests until there are no more.

    `prepare` builds (and traces) a size, `first` calls it once, or twice where the
    first call may have compiled, and tells what was computed, `run` times some
    calls together, and `memory` tells how much one of them takes.

    Args:
        prepare: function from `(channels, side, rate)` and `"forward"` or
            `"training"` to a function that runs once and returns arrays.
        version: of the peer's library, for the rows.
        memory: function from a function that runs once to the MB that it took at
            its peak beyond its inputs, or None; default `resident`.
    """
    call = None
    print(json.dumps(version), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if request["kind"] == "prepare":
            call = prepare(tuple(request["shape"]), request["part"])
            answer = "prepared"
        elif request["kind"] == "first":
            answer = _first(call, request["slow"])
        elif request["kind"] == "memory":
            answer = (memory or resident)(call)
        else:
            wall, cpu = time.perf_counter(), time.process_time()
            for _ in range(request["calls"]):
                call()
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            calls = request["calls"]
            answer = {"wall": wall / calls, "cpu": cpu / calls}
        print(json.dumps(answer), flush=True)


def _first(call, slow):
    """Calls for the first time; again, to know the time, if it was not slow."""
    for _ in range(2):
        started = time.perf_counter()
        results = call()
        seconds = time.perf_counter() - started
        if seconds > slow:
            break
    return {
        "seconds": seconds,
        "means": [float(np.abs(np.asarray(result)).mean()) for result in results],
    }


def resident(call):
    """Returns how many MB more a call makes a process have that `gives_back`.

    None where that cannot be told: it is Linux that tells it, and not every one
    lets a process forget its peak.
    """
    call()  # the library may keep something of the first
    gc.collect()
    # Of blocks too small to be given back one by one; only glibc has it.
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
    try:
        Path("/proc/self/clear_refs").write_text("5")
        before = _status("VmRSS")
        call()
        return (_status("VmHWM") - before) * 1024 / 1e6
    except OSError:
        return None


def _status(name):
    """Returns a line of the process's status, in KiB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise OSError(f"Expected {name} in the process's status.")
