"""One `predict anisocascade` in a process of its own, timed by stage.

Run `python benchmarks/anisocascade/scan_peer.py STARTED CASE WEIGHTS OUT TIMES`.

STARTED is what `time.monotonic` said when the process was started, OUT the file of
labels and TIMES a file for seconds and memory as JSON. The command runs as a user's
does; the functions that do the work of a stage are wrapped where they are looked up.
Nothing of `benchmarks` is imported, so that the program can measure an older checkout:
with `-P`, and that checkout in PYTHONPATH.
"""

import contextlib
import functools
import importlib
import json
import resource
import sys
import time
from pathlib import Path
from statistics import median

# What does the work of each stage: the module or class, and its function there.
STAGES = {
    "reading": [
        ("data.scans.scan", "read_volume"),
        ("data.scans.scan", "read_channels"),
    ],
    "checks": [
        ("data.scans.scan", "check_grids"),
        ("data.scans.scan", "check_intensities"),
        ("data.scans.scan", "check_registration"),
    ],
    "loading weights": [("papers.anisocascade.segmenter", "load_networks")],
    "hashes": [
        ("papers.engine.predict.files.Files", "_made_of"),
        ("papers.anisocascade.segmenter.Segmenter", "fingerprint"),
    ],
    "writing": [
        ("papers.engine.predict.volumes.VolumeFiles", "encode"),
        ("papers.engine.predict.record.Record", "write"),
    ],
}


class Clock:
    """Wall and processor seconds by stage; a stage within another one interrupts it.

    Args:
        started: when the process was, as `time.monotonic` says.
        stage: what it begins with.
    """

    def __init__(self, started, stage):
        self.seconds = {}
        self._open = [stage]
        self._last = started, 0.0

    @contextlib.contextmanager
    def stage(self, name):
        """Counts what happens within as a stage's."""
        self._count()
        self._open.append(name)
        try:
            yield
        finally:
            self._count()
            self._open.pop()

    def goes_on(self, name):
        """Counts what follows as a stage's."""
        self._count()
        self._open[-1] = name

    def _count(self):
        now = time.monotonic(), time.process_time()
        spent = self.seconds.setdefault(self._open[-1], [0.0, 0.0])
        for kind in range(2):
            spent[kind] += now[kind] - self._last[kind]
        self._last = now


def main(started, case, weights, out, times):
    clock, calls = Clock(float(started), "imports"), []
    run = importlib.import_module("papers.engine.cli.app").main
    importlib.import_module("papers.engine.quiet").import_tensorflow()
    importlib.import_module("papers.anisocascade.inference")
    for name, functions in STAGES.items():
        for owner, function in functions:
            wrap(owner, function, clock, name)
    wrap_networks(clock, calls)
    clock.goes_on("the rest")
    command = ["predict", "anisocascade", "--case", case, "--weights", weights]
    try:
        run([*command, "--out", out])
    except SystemExit as end:
        if end.code:
            raise
    clock.goes_on("ending")
    found = {
        "seconds": with_compiling(clock.seconds, calls),
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }
    Path(times).write_text(json.dumps(found), encoding="utf-8")


def wrap(owner, function, clock, stage, put=setattr):
    """Has a function of a module or class count as a stage's."""
    try:
        place = importlib.import_module(owner)
    except ModuleNotFoundError:
        module, _, name = owner.rpartition(".")
        place = getattr(importlib.import_module(module), name)
    plain = getattr(place, function)

    @functools.wraps(plain)
    def timed(*arguments, **options):
        with clock.stage(stage):
            return plain(*arguments, **options)

    put(place, function, timed)


def wrap_networks(clock, calls):
    """Has the cascade count as a stage, and each call of a network as another.

    Args:
        clock: the `Clock`.
        calls: a list that gets stage, view, shape, wall and processor seconds of each.
    """
    place = importlib.import_module("papers.anisocascade.segmenter")
    plain = place.predict_case

    def timed(key, network):
        def run(patches):
            begun = time.monotonic(), time.process_time()
            with clock.stage("networks"):
                result = network(patches)
            ended = time.monotonic(), time.process_time()
            spent = [end - begin for begin, end in zip(begun, ended, strict=True)]
            calls.append((*key, patches.shape, *spent))
            return result

        return run

    def predict_case(volumes, networks, *arguments):
        networks = {key: timed(key, one) for key, one in networks.items()}
        with clock.stage("crops, noise, components"):
            return plain(volumes, networks, *arguments)

    place.predict_case = predict_case


def with_compiling(seconds, calls):
    """Returns the seconds with what the networks' first calls took beyond later ones.

    Args:
        seconds: wall and processor seconds by stage.
        calls: stage, view, shape, wall and processor seconds of each network's calls.
    """
    first, later = [], {}
    seen = set()
    for stage, view, shape, *spent in calls:
        if (stage, view, shape) in seen:
            later.setdefault((stage, shape), []).append(spent)
        else:
            first.append(((stage, shape), spent))
        seen.add((stage, view, shape))
    compiling = [0.0, 0.0]
    for key, spent in first:
        # Where each network has had one batch only, the fastest of them has compiled
        # the least.
        usual = later.get(key) or [min(one for at, one in first if at == key)]
        for kind in range(2):
            compiling[kind] += spent[kind] - median(one[kind] for one in usual)
    networks = [a - b for a, b in zip(seconds["networks"], compiling, strict=True)]
    return seconds | {"compiling": compiling, "networks": networks}


if __name__ == "__main__":
    main(*sys.argv[1:])
