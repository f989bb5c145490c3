"""The papers' networks on Keras's backends: training steps and predictions.

Run `python -m benchmarks.backends.bench`, or `make bench-backends`.

A step is forward pass, loss, gradients and update. On TensorFlow it is what the suite
ships, on JAX and PyTorch the same network on its portable layers; where a backend finds
a GPU it computes there. The backends take turns, and nothing is measured unless their
first losses and predictions agree.
"""

import argparse
import sys
import time
from dataclasses import asdict
from pathlib import Path
from statistics import median

from benchmarks.backends.networks import NETWORKS
from benchmarks.shared import machine
from benchmarks.shared.measure import median_ratio
from benchmarks.shared.options import count
from benchmarks.shared.peers import Peer, TooSlow
from benchmarks.shared.record import Record
from benchmarks.shared.side_by_side import PREPARE_S, TURN_S, Cell, rounds_of
from papers.engine.console import Console

RESULTS = Path(__file__).parents[1] / "results" / "backends.csv"
PYTHON = Path(".venv-backends/bin/python")
BACKENDS = ("tensorflow", "jax", "torch")
PARTS = ("train", "infer")
# Those that take minutes on a CPU; the others are for machines with a GPU, or patience.
CHOSEN = ("linkdsl_linknet", "linkdsl_dual")
# How far the same loss or mean may differ between backends, relative to the largest:
# the loss of `dsunet`'s networks in float32 is up to .002 from that in float64.
AGREE = {"float32": 5e-3, "bfloat16": 5e-2}
CELL = ("network", "part", "side", "batch", "precision")
SHOWN = (*CELL, "variant", "device", "ms", "cpu_ms", "first_s", "ratio_to_tensorflow")


def main(arguments=None):
    """Measures, prints the table and writes the rows."""
    options = _options(arguments)
    console, started = Console(), time.monotonic()
    peers = start(options.backends, options.python, console.say)
    if not peers:
        sys.exit("error: no backend starts. Next: make bench-backends")
    devices = {name: peer.description["device"] for name, peer in peers.items()}
    found = sorted(set(devices.values()) - {"CPU"})
    made_on = ", ".join([machine.describe()["machine"], *found])
    record = Record(options.results, CELL, ("variant",), console, machine=made_on)
    shown = []
    try:
        for cell in cells_of(options):
            console.say(f"measuring: {cell}")
            rows = measure(cell, peers, console.say)
            record.add(rows)
            shown += [[row[name] for name in SHOWN] for row in rows]
    finally:
        for peer in peers.values():
            peer.close()
    console.table(SHOWN, shown, "ratio_to_tensorflow: times as long as TensorFlow")
    minutes = (time.monotonic() - started) / 60
    console.say(f"rows: {options.results} ({minutes:.1f} min)")


def start(backends, python, say):
    """Returns the backends' peers by name, those that do not start left out.

    Args:
        backends: names of backends.
        python: Python of the environment that has those other than TensorFlow.
        say: function that prints a line.
    """
    peers = {}
    for name in dict.fromkeys(backends):
        own = sys.executable if name == "tensorflow" else str(python)
        peer = Peer([own, "-m", "benchmarks.backends.peer"], {"KERAS_BACKEND": name})
        try:
            peers[name] = peer.start()
        except (OSError, RuntimeError) as error:
            say(f"left out: {name} does not start with {own}: {error}")
    return peers


def cells_of(options):
    """Returns the `Cell`s to measure, in their order."""
    return [
        Cell(
            network,
            part,
            options.side or NETWORKS[network].side,
            options.batch or NETWORKS[network].batch,
            precision,
        )
        for network in options.networks
        for precision in options.precisions
        for part in options.parts
    ]


def measure(cell, peers, say):
    """Returns the rows of one cell, one per backend.

    Args:
        cell: a `Cell`.
        peers: the `Peer`s by name of the backend.
        say: function that prints a line.

    Raises:
        ValueError: the backends do not compute the same.
    """
    told, once = {}, {}
    for name, peer in peers.items():
        try:
            told[name] = peer.ask("prepare", PREPARE_S, **asdict(cell))
            once[name] = peer.run()[0]
        except TooSlow:
            told.pop(name, None)
            say(f"left out: {name} takes over {PREPARE_S:.0f} s to prepare {cell}")
    check(cell, told)
    timings = {name: [] for name in once}
    for _ in range(rounds_of(sum(once.values()))):
        for name, seconds in once.items():
            timings[name].append(peers[name].run(max(1, int(TURN_S / seconds))))
    return [
        asdict(cell)
        | {
            "variant": name,
            "device": peers[name].description["device"],
            "ms": round(1e3 * median(wall for wall, _ in turns), 3),
            "cpu_ms": round(1e3 * median(cpu for _, cpu in turns), 3),
            "first_s": round(told[name]["first_s"], 3),
            "ratio_to_tensorflow": (
                median_ratio(turns, timings["tensorflow"])
                if "tensorflow" in timings
                else None
            ),
            "rounds": len(turns),
            "parameters": told[name]["parameters"],
            "version": peers[name].description["version"],
        }
        for name, turns in timings.items()
    ]


def check(cell, told):
    """Compares what the backends computed at first.

    Args:
        cell: a `Cell`.
        told: what each peer told of the cell, by its backend.

    Raises:
        ValueError: values differ by more than the precision's rounding, or the numbers
            of parameters do.
    """
    parameters = {name: facts["parameters"] for name, facts in told.items()}
    if len(set(parameters.values())) > 1:
        raise ValueError(f"Expected equal networks for {cell}. Received: {parameters}")
    values = {name: facts["values"] for name, facts in told.items()}
    for each in zip(*values.values(), strict=True):
        room = AGREE[cell.precision] * max(map(abs, each))
        if not all(abs(one - each[0]) <= room for one in each):  # or one is no number
            raise ValueError(f"Expected equal values for {cell}. Received: {values}")


def _options(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])

    def some(name, known, chosen=None):
        chosen = list(chosen or known)
        parser.add_argument(name, nargs="+", default=chosen, choices=tuple(known))

    some("--networks", NETWORKS, CHOSEN)
    some("--backends", BACKENDS)
    some("--parts", PARTS)
    some("--precisions", AGREE)
    parser.add_argument("--side", type=count, help="height, width and depth")
    parser.add_argument("--batch", type=count)
    parser.add_argument(
        "--python",
        type=Path,
        default=PYTHON,
        help="of the environment with JAX and PyTorch; `make bench-backends` makes one "
        "without CUDA",
    )
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    for network in options.networks:
        multiple = NETWORKS[network].multiple
        if options.side and options.side % multiple:
            parser.error(f"--side: {network} needs a multiple of {multiple}")
    return options


if __name__ == "__main__":
    main()
