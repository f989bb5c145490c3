"""Where the time of a training step or an inference goes, by kind of operation.

The suite's side of a comparison with PyTorch (`benchmarks.<subject>.keras_peer`) runs
the step as it ships; TensorFlow's profiler tells what its operations take. oneDNN
brings weights and features into its own layouts within them, which it tells in a run
of its own (`ONEDNN_VERBOSE`).
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from statistics import median

from benchmarks.shared.kinds import KINDS, REORDER
from benchmarks.shared.peers import Peer
from benchmarks.shared.record import Record
from benchmarks.shared.side_by_side import PREPARE_S

ROUNDS = 5
CALLS = 5  # that are profiled, and of which oneDNN tells
CELL = ("network", "part", "side", "batch", "precision")
SHOWN = (*CELL, "kind", "ms", "share", "operations", "step_ms", "peak_ms")


def break_down(subject, cells, results, console):
    """Profiles all cells, prints and writes the rows.

    Args:
        subject: name of the folder of benchmarks that has `keras_peer`.
        cells: the `benchmarks.shared.side_by_side.Cell`s in their order.
        results: path of the file of rows, written after each cell.
        console: a `papers.engine.console.Console`.
    """
    started = time.monotonic()
    record = Record(results, CELL, ("kind",), console)
    program = [sys.executable, "-m", f"benchmarks.{subject}.keras_peer"]
    peers = [Peer(program), Peer([sys.executable, "-m", "benchmarks.shared.peak_peer"])]
    shown = []
    try:
        for cell in cells:
            console.say(f"profiling: {cell}")
            rows = rows_of(cell, *peers, reorders(program, cell))
            record.add(rows)
            shown += [[row[name] for name in SHOWN] for row in rows]
    finally:
        for peer in peers:
            peer.close()
    console.table(SHOWN, shown, "ms: of all operations of a kind, run at once or not")
    console.say(f"rows: {results} ({(time.monotonic() - started) / 60:.1f} min)")


def rows_of(cell, peer, peak, reordered):
    """Returns the rows of one cell, one per kind of operation.

    Args:
        cell: a `Cell`.
        peer: the `Peer` that runs the step.
        peak: the one that multiplies matrices, the upper bound.
        reordered: milliseconds and number of oneDNN's reorders in a step.

    Returns:
        Dicts with `ms` and `operations` of one step, the `share` of all operations'
        time, the step's own time and what its multiply-adds would take at the peak.
    """
    told = [one.ask("prepare", PREPARE_S, **asdict(cell)) for one in (peer, peak)]
    for one in (peer, peak):
        one.run(2)
    turns = [(peer.run()[0], peak.run(3)[0]) for _ in range(ROUNDS)]
    steps, products = zip(*turns, strict=True)
    flop, peak_flop = (one["flop"] for one in told)
    whole = {
        "step_ms": round(1e3 * median(steps), 2),
        "peak_ms": round(1e3 * median(products) * flop / peak_flop, 2),
        "gflop": round(flop / 1e9, 2),
    }
    found = peer.ask("operations", PREPARE_S, calls=CALLS)
    total = sum(ms for ms, _ in found.values())
    found = {kind: found.get(kind, (0.0, 0)) for kind in KINDS} | {REORDER: reordered}
    return [
        asdict(cell)
        | {
            "kind": kind,
            "ms": round(ms, 3),
            "share": round(ms / total, 4),
            "operations": round(number),
        }
        | whole
        for kind, (ms, number) in found.items()
    ]


def reorders(program, cell):
    """Returns milliseconds and number of oneDNN's reorders in one step of a cell."""
    run = {"kind": "run", "calls": CALLS}
    requests = [{"kind": "prepare"} | asdict(cell), run, run, {"kind": "end"}]
    done = subprocess.run(
        program,
        input="".join(json.dumps(request) + "\n" for request in requests),
        env=os.environ | {"ONEDNN_VERBOSE": "profile_exec"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return read_reorders(done.stdout, CALLS)


def read_reorders(text, calls):
    """Returns milliseconds and number of the reorders of one call.

    Args:
        text: what a peer wrote under `ONEDNN_VERBOSE`: a line of JSON for its
            description, for `prepare`, for calls to warm up, for `calls` calls and
            its end, with oneDNN's lines between them.
        calls: number of calls.
    """
    answers, ms, number = 0, 0.0, 0
    for line in text.splitlines():
        if line.startswith("{"):
            answers += 1
        elif answers == 3 and line.startswith("onednn_verbose"):
            fields = line.split(",")
            if fields[3:4] == ["exec"] and fields[5] == "reorder":
                ms += float(fields[-1])
                number += 1
    return ms / calls, number / calls
