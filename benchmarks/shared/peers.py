"""Peers that are measured in turns, each in a process (and environment) of its own.

Standard library only: one of the peers runs where this suite is not installed.
"""

import json
import resource
import subprocess
import sys
import time


class Peer:
    """A process that runs one thing again and again, when asked to.

    Args:
        command: starts a program that calls `serve`.
    """

    def __init__(self, command):
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.description = self._answer()

    def run(self):
        """Returns wall and processor seconds of one repetition."""
        answer = self._ask("run")
        return answer["wall"], answer["cpu"]

    def close(self):
        """Ends the process; returns its peak memory in GB."""
        peak = self._ask("end")["peak_gb"]
        self._process.wait()
        return peak

    def _ask(self, request):
        self._process.stdin.write(f"{request}\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self):
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"Expected an answer of {self._process.args}.")
        return json.loads(line)


def serve(call, **description):
    """Runs `call` whenever the parent asks for it, after one run to warm up.

    Args:
        call: what is measured.
        **description: what the parent is told at first.
    """
    started = time.perf_counter()
    call()
    description["first_s"] = time.perf_counter() - started
    print(json.dumps(description), flush=True)
    for request in sys.stdin:
        if request.strip() == "end":
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
            print(json.dumps({"peak_gb": peak}), flush=True)
            return
        wall, cpu = time.perf_counter(), time.process_time()
        call()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        print(json.dumps({"wall": wall, "cpu": cpu}), flush=True)
