"""Speed and memory of 3-D depthwise and separable convolution.

Run `python -m benchmarks.depthwise.bench`.

The peers take turns on one machine and convolve the same tensors: the suite's layer,
its portable path, Keras's `Conv3D` with as many groups as channels, one convolution per
channel, PyTorch's `Conv3d` with groups in both memory formats, and medicai's layer on
Keras with PyTorch, where `.venv-torch` has them. All do so for the depthwise layer
alone and for the separable one, in which a pointwise convolution follows; each
convolution has a bias. They run forward, and forward with the gradients of input and
weights. `pass` is no convolution: TensorFlow doubles the input, so that it reads and
writes all values once, which none of its operations does in less. A ratio is the median
of the rounds' own ratios. A slow peer has fewer turns, and no call may take longer than
a cap. `first_s` is what a peer takes from making the layer to its first result:
tracing, compilation and the choice of kernels. Memory is the peak of one call beyond
its inputs, with the first number of threads. TensorFlow's allocator counts it; PyTorch
has no such count, so it is measured in a process that is not timed and returns what it
frees to the system.
"""

import argparse
import sys
import time
from itertools import product
from pathlib import Path
from statistics import geometric_mean, median

import numpy as np
import pandas as pd

from benchmarks.shared.memory import RETURNS_MEMORY
from benchmarks.shared.options import add_choices, count, dimensions
from benchmarks.shared.peers import TORCH, Peer, TooSlow
from benchmarks.shared.record import Record
from papers.engine.console import Console

RESULTS = Path(__file__).parents[1] / "results" / "depthwise.csv"

# Channels, side and rate of the separable convolutions of a U-Net on 128x128x128
# voxels, and rate 2 where it has 1.
SHAPES = (
    *((256, 8, 5), (128, 16, 4), (64, 32, 3)),
    *((16, 32, 1), (16, 32, 2), (16, 64, 1), (16, 64, 2)),
    *((16, 128, 1), (16, 128, 2)),
)
WAYS = (
    *("shipped", "pass", "folded", "grouped", "loop"),
    *("torch first", "torch last", "medicai"),
)
IN_TORCH = ("torch first", "torch last", "medicai")  # the ways of that environment
LAYERS = ("depthwise", "separable")
PARTS = ("forward", "training")
ON_TORCH = {"KERAS_BACKEND": "torch"}
# Seconds.
ROUND_S = 0.06  # one peer's repetitions in one round take at least as long
PREPARE_S = 600.0  # the limit of building and tracing, which no row counts
SLOW_S = 2.0  # a first call that takes longer is not repeated to warm up
TURNS_S = 1.0  # all turns of one peer at one size, but it has at least one turn

CELL = ("layer", "channels", "side", "rate", "part", "threads")
COLUMNS = (
    *(*CELL, "variant"),
    *("ms", "cpu_ms", "first_s", "ratio_to_shipped", "at_least", "gb_per_s"),
    *("peak_mb", "turns", "note"),
)


def main(arguments=None):
    """Measures, prints the tables and writes the rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--shapes",
        nargs="+",
        type=dimensions(3),
        default=SHAPES,
        help="channels x side x rate: 16x32x1",
    )
    add_choices(parser, layers=LAYERS, ways=WAYS)
    parser.add_argument("--threads", nargs="+", type=count, default=[2, 1])
    parser.add_argument("--rounds", type=count, default=5)
    parser.add_argument("--cap", type=float, default=6, help="seconds for one call")
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)

    console, started = Console(), time.monotonic()
    record = Record(options.results, CELL, ("variant",), console)
    rows = []
    for threads, layer in product(options.threads, options.layers):
        ways = [way for way in options.ways if is_there(way)]
        peers = {way: peer(way, layer, threads) for way in ways}
        weighed = dict(peers) if threads == options.threads[0] else {}
        for way in weighed:
            if way in IN_TORCH:
                weighed[way] = peer(way, layer, threads, RETURNS_MEMORY)
        for shape in options.shapes:
            for part in PARTS:
                task = Task(layer, shape, part, threads, options.rounds, options.cap)
                console.say(f"measuring: {task}")
                known = too_slow(rows, layer, shape, part)
                new = task.measure(peers, weighed, known)
                # Written here, so that what is measured survives an interrupt.
                record.add(new)
                rows += new
        for one in (*peers.values(), *weighed.values()):
            one.close()
    show = [[row.get(name, "") for name in COLUMNS] for row in rows]
    console.table(COLUMNS, show, "3x3x3, batch 1")
    for line in summary(rows):
        console.say(line)
    minutes = (time.monotonic() - started) / 60
    console.say(f"rows: {options.results} ({minutes:.1f} min)")


def is_there(way):
    """Whether the packages of a way are installed."""
    packages = TORCH.parents[1].glob("lib/python*/site-packages/medicai")
    if way == "medicai":
        return any(packages)
    return way not in IN_TORCH or TORCH.exists()


def peer(way, layer, threads, environment=None):
    """Returns the `Peer` of a way, which starts when it is needed."""
    python, start = sys.executable, ["keras_peer", way]
    if way in IN_TORCH:
        python, start = str(TORCH), ["torch_peer", way.removeprefix("torch ")]
    if way == "medicai":
        start, environment = ["medicai_peer"], {**ON_TORCH, **(environment or {})}
    program, *arguments = start
    module = f"benchmarks.depthwise.{program}"
    return Peer([python, "-m", module, *arguments, layer, str(threads)], environment)


def too_slow(rows, layer, shape, part):
    """Returns the peers that need not be measured again, and the seconds they took.

    A peer that exceeds the cap in the forward pass exceeds it in training too, and a
    peer that exceeds it with more threads exceeds it with fewer.
    """
    return {
        row["variant"]: row["ms"] / 1e3
        for row in rows
        if (row["layer"], row["channels"], row["side"], row["rate"]) == (layer, *shape)
        and row["at_least"]
        and row["part"] in ("forward", part)
    }


class Task:
    """One size and part, which all peers compute in turns.

    Args:
        layer: `"depthwise"` or `"separable"`.
        shape: `(channels, side, rate)`.
        part: `"forward"` or `"training"`.
        threads: number of threads that each peer may use.
        rounds: number of turns of each peer.
        cap: seconds after which a peer's process is killed.
    """

    def __init__(self, layer, shape, part, threads, rounds, cap):
        self.layer, self.shape, self.part, self.threads = layer, shape, part, threads
        self.rounds, self.cap = rounds, cap

    def __str__(self):
        channels, side, rate = self.shape
        return (
            f"{self.layer}, {channels} channels, {side} cubed, rate {rate}, "
            f"{self.part}, {self.threads} threads"
        )

    def measure(self, peers, weighed, known_slow):
        """Returns one row per peer.

        Args:
            peers: the peers whose time is measured, by name.
            weighed: the peers whose memory is measured, the same ones or others.
            known_slow: seconds of the peers that are not run.
        """
        rows, answers = self._first_calls(peers, known_slow)
        self._check(answers)
        timings = self._take_turns(peers, answers)
        for way, turns in timings.items():
            walls, cpus = zip(*turns, strict=True)
            rows[way]["ms"] = round(1e3 * median(walls), 3)
            rows[way]["cpu_ms"] = round(1e3 * median(cpus), 3)
            rows[way]["turns"] = len(turns)
            rows[way]["peer_version"] = peers[way].description.get("version", "")
            if way in weighed:
                rows[way]["peak_mb"] = self._memory(peers[way], weighed[way])
        shipped = timings["shipped"]
        for way, row in rows.items():
            turns = timings.get(way, [(row["ms"] / 1e3,)] * len(shipped))
            pairs = zip(turns, shipped, strict=False)  # a slow one had fewer turns
            ratio = median(one[0] / other[0] for one, other in pairs)
            row["ratio_to_shipped"] = round(ratio, 3)
            if self.part == "forward":
                row["gb_per_s"] = round(self._once_gb() / row["ms"] * 1e3, 1)
        return list(rows.values())

    def _once_gb(self):
        """Returns how much reading the input and writing the output once moves."""
        channels, side, _ = self.shape
        return 2 * 4 * channels * side**3 / 1e9

    def _first_calls(self, peers, known_slow):
        """Returns the rows so far, and the answers of the peers within the cap."""
        rows, answers = {}, {}
        for way, peer in peers.items():
            if way in known_slow:
                rows[way] = self._row(way, known_slow[way], "not run", at_least=True)
                continue
            made = self._prepare(peer)
            slow, cap = SLOW_S, self.cap
            if way == "shipped":
                slow = cap = PREPARE_S
            try:
                answers[way] = peer.ask("first", cap, slow=slow)
            except TooSlow:
                rows[way] = self._row(way, self.cap, "over the cap", at_least=True)
                continue
            rows[way] = self._row(way, answers[way]["seconds"])
            rows[way]["first_s"] = round(made + answers[way]["first_s"], 3)
        return rows, answers

    def _take_turns(self, peers, answers):
        """Returns each peer's `(wall, cpu)` seconds, one pair per turn."""
        timings = {way: [] for way in answers}
        for number in range(self.rounds):
            for way, turns in timings.items():
                seconds = answers[way]["seconds"]
                if way == "shipped" or number < max(TURNS_S // seconds, 1):
                    turns.append(peers[way].run(int(max(ROUND_S / seconds, 1))))
        return timings

    def _prepare(self, peer):
        return peer.ask("prepare", PREPARE_S, shape=self.shape, part=self.part)

    def _memory(self, timed, weighed):
        if weighed is not timed:
            self._prepare(weighed)
        peak = weighed.ask("memory", PREPARE_S)
        return None if peak is None else round(peak, 1)

    def _row(self, way, seconds, note="", at_least=False):
        return {"layer": self.layer} | dict(
            zip(("channels", "side", "rate"), self.shape, strict=True),
            part=self.part,
            threads=self.threads,
            variant=way,
            ms=round(1e3 * seconds, 3),
            first_s=None,
            at_least=at_least,
            peak_mb=None,
            turns=0,
            note=note,
        )

    def _check(self, answers):
        """Raises ValueError unless all peers computed the same."""
        for way, answer in answers.items():
            expected = answers["shipped"]["means"]
            if way != "pass" and not np.allclose(answer["means"], expected, rtol=1e-3):
                raise ValueError(
                    f"Expected equal results, {expected}. "
                    f"Received: {way}: {answer['means']}"
                )


def summary(rows):
    """Yields a sentence per layer, number of threads, part and peer."""
    table = pd.DataFrame(rows)
    by = ["layer", "threads", "part"]
    for (layer, threads, part), group in table.groupby(by, sort=False):
        ratios = {
            way: list(found["ratio_to_shipped"])
            for way, found in group.groupby("variant", sort=False)
            if way != "shipped"
        }
        if "torch first" in ratios and "torch last" in ratios:
            pairs = zip(ratios["torch first"], ratios["torch last"], strict=True)
            ratios["torch's better format"] = [min(pair) for pair in pairs]
        for way, values in ratios.items():
            yield (
                f"{layer}, {threads} threads, {part}: {way} takes "
                f"{geometric_mean(values):.1f} times as long (geometric mean), "
                f"at least {min(values):.2f} times"
            )


if __name__ == "__main__":
    main()
