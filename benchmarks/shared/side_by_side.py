"""Networks of the suite and of PyTorch, which take turns cell by cell.

A cell is a network, a part (`train` or `infer`), a size and a precision. Each side has
one process for all cells: the suite, PyTorch in either memory format, and the matrix
product that is the upper bound. A round visits all of them, so that what slows the
machine down slows all. A ratio is the median of the rounds' own ratios.
"""

import subprocess
import sys
from dataclasses import asdict, dataclass
from statistics import median

from benchmarks.shared.measure import median_ratio
from benchmarks.shared.peers import TORCH, Peer, TooSlow
from benchmarks.shared.record import Record, add_shares

FORMATS = ("torch first", "torch last")
ROUNDS = 5
# Seconds.
TURN_S = 0.15  # one peer's repetitions in one round take at least as long
CELL_S = 22.0  # the rounds of one cell together, but it has two, or one if that is long
PREPARE_S = 600.0  # the limit of building a network, tracing and compiling it
CAP_S = 30.0  # the limit of one call after that

CELL = ("network", "part", "side", "batch", "precision")
COLUMNS = (
    *(*CELL, "variant", "ms", "first_s"),
    *("gflops", "share_of_peak", "times_faster", "rounds", "note"),
)


@dataclass(frozen=True)
class Cell:
    """One training step or one prediction.

    Args:
        network: its name.
        part: `"train"` or `"infer"`.
        side: height and width in pixels.
        batch: number of images.
        precision: `"float32"` or `"bfloat16"` (weights and their update in float32).
    """

    network: str
    part: str
    side: int
    batch: int
    precision: str

    def __str__(self):
        size = f"{self.batch}x{self.side}x{self.side}"
        return f"{self.network}, {self.part}, {size}, {self.precision}"


def peers_of(subject):
    """Returns the peers by name: those of `benchmarks.<subject>`, and the peak's.

    The program `keras_peer` is the suite's, `torch_peer LAYOUT` PyTorch's.
    """
    python = [sys.executable, "-m"]
    found = {
        "peak": Peer([*python, "benchmarks.shared.peak_peer"]),
        "shipped": Peer([*python, f"benchmarks.{subject}.keras_peer"]),
    }
    if TORCH.exists():
        program = [str(TORCH), "-m", f"benchmarks.{subject}.torch_peer"]
        for name in FORMATS:
            found[name] = Peer([*program, name.removeprefix("torch ")])
    return found


def compare(subject, cells, results, console):
    """Proves the networks equal, measures all cells, prints and writes the rows.

    Args:
        subject: name of the folder of benchmarks that has the peers, and the program
            `same NETWORK ...`, which fails where PyTorch's networks differ.
        cells: the `Cell`s in their order.
        results: path of the file of rows, to which each cell is added.
        console: a `papers.engine.console.Console`.
    """
    record = Record(results, CELL, ("variant",), console)
    if TORCH.exists():
        networks = list(dict.fromkeys(cell.network for cell in cells))
        console.say(f"comparing the results: {', '.join(networks)}")
        check = [sys.executable, "-m", f"benchmarks.{subject}.same", *networks]
        subprocess.run(check, check=True)
    peers, rows = peers_of(subject), []
    try:
        for cell in cells:
            console.say(f"measuring: {cell}")
            rows += measure(cell, peers)
            add_shares(rows)
            record.add(rows)
    finally:
        for peer in peers.values():
            peer.close()
    shown = [[_shown(row[name]) for name in COLUMNS] for row in rows]
    console.table(COLUMNS, shown, "times_faster: than PyTorch's better format")
    console.say(f"rows: {results}")


def measure(cell, peers):
    """Returns the rows of one cell, one per peer but the peak's.

    Args:
        cell: a `Cell`.
        peers: the `Peer`s by name, with `"peak"` and `"shipped"` among them.

    Raises:
        ValueError: the networks have unequal numbers of parameters.
    """
    told, first, again = {}, {}, {}
    for name, peer in peers.items():
        told[name] = peer.ask("prepare", PREPARE_S, **asdict(cell))
        first[name] = peer.ask("run", PREPARE_S, calls=1)["wall"]
        try:
            again[name] = peer.ask("run", CAP_S, calls=1)["wall"]
        except TooSlow:
            continue
    _check(cell, told)
    rounds = rounds_of(sum(again.values()))
    timings = {name: [] for name in again}
    for _ in range(rounds):
        for name, seconds in again.items():
            timings[name].append(peers[name].run(max(1, int(TURN_S / seconds))))
    flop, peak = told["shipped"]["flop"], timings["peak"]
    rates = [told["peak"]["flop"] / wall for wall, _ in peak]
    better = min(
        (timings[name] for name in FORMATS if name in timings),
        key=lambda turns: median(wall for wall, _ in turns),
        default=None,
    )
    return [
        asdict(cell)
        | {
            "variant": name,
            "first_s": round(first[name], 3),
            "gflop": round(flop / 1e9, 2),
            "peak_gflops": round(median(rates) / 1e9, 1),
            "parameters": told[name]["parameters"],
            "peer_version": peer.description.get("version", ""),
        }
        | _speed(timings.get(name), timings.get("shipped"), better, flop)
        for name, peer in peers.items()
        if name != "peak"
    ]


def rounds_of(seconds):
    """Returns how many rounds a cell has whose single one takes so many seconds."""
    least = 2 if seconds <= CELL_S else 1
    return min(ROUNDS, max(least, int(CELL_S / seconds)))


def _speed(turns, shipped, better, flop):
    """Returns the columns of one peer's turns, empty ones where it was too slow.

    The share of the peak is set when the run's best peak is known (`add_shares`).
    """
    found = dict.fromkeys(
        ("ms", "cpu_ms", "gflops", "share_of_peak", "ratio_to_shipped", "times_faster")
    )
    if turns is None:
        return found | {"rounds": 0, "note": f"a call took over {CAP_S:.0f} s"}
    walls, cpus = zip(*turns, strict=True)
    found |= {
        "ms": round(1e3 * median(walls), 3),
        "cpu_ms": round(1e3 * median(cpus), 3),
        "gflops": round(flop / median(walls) / 1e9, 1),
    }
    if shipped:
        found["ratio_to_shipped"] = median_ratio(turns, shipped)
    if better:
        found["times_faster"] = median_ratio(better, turns)
    return found | {"rounds": len(turns), "note": ""}


def _check(cell, told):
    counts = {name: facts.get("parameters") for name, facts in told.items()}
    counts.pop("peak")
    if len(set(counts.values())) > 1:
        raise ValueError(
            f"Expected equal numbers of parameters of {cell.network}. "
            f"Received: {counts}"
        )


def _shown(value):
    return "" if value is None else value
