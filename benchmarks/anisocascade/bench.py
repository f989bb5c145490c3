"""Speed and memory of the cascade's networks.

Run `python -m benchmarks.anisocascade.bench`.

The peers take turns on one machine: the shipped networks, the same in Keras's own
layers, and the same written plainly in PyTorch, where `.venv-torch` has it. A ratio is
the median of the rounds' own ratios. Nothing is measured unless PyTorch's networks
compute the same (`benchmarks.anisocascade.same`). Then the whole test program runs on
one case, or without `--case` on a phantom of a case's size; where its seconds go is
shown by `benchmarks.anisocascade.scan`.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.shared.measure import median_ratio
from benchmarks.shared.options import add_choices, count, dimensions, folder
from benchmarks.shared.peers import TORCH, Peer
from benchmarks.shared.record import Record, add_shares
from data.brats.dataset import BratsDataset
from data.phantom.brats.write import write_phantom
from papers.engine.console import Console

RESULTS = Path(__file__).parents[1] / "results" / "anisocascade.csv"

# Test batches of the released configuration, `batch x depth x height x width`, and
# how many of them a case takes whose brain has 146x175x145 voxels: WNet takes 3, 3
# and 4 in the three views; for a tumor within 96x96 pixels TNet takes 2 per view and
# ENet fewer.
SHAPES = {"wnet": "5x19x180x160", "tnet": "5x19x96x96", "enet": "5x19x96x96"}
BATCHES = {"wnet": 10, "tnet": 6, "enet": 4}

CASE_VARIANTS = ("shipped", "plain")

CELL = ("network", "batch", "base_channels")
COLUMNS = (
    *("network", "variant", "batch", "s", "cpu_s", "first_s", "gflops"),
    *("share_of_peak", "ratio_to_shipped", "cpu_ratio_to_shipped", "peak_gb"),
)


def main(arguments=None):
    """Measures, prints the tables and writes the rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_choices(parser, networks=SHAPES)
    parser.add_argument(
        "--shape", type=dimensions(4), help="batch x depth x height x width"
    )
    parser.add_argument("--base-channels", type=count, default=32)
    parser.add_argument("--rounds", type=count, default=5)
    parser.add_argument("--case", type=folder, help="of a case. Default: a phantom")
    parser.add_argument("--no-case", action="store_true", help="networks only")
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)

    console, started = Console(), time.monotonic()
    record = Record(options.results, CELL, ("variant",), console)
    if TORCH.exists():
        console.say(f"comparing the results: {', '.join(options.networks)}")
        check = [sys.executable, "-m", "benchmarks.anisocascade.same"]
        subprocess.run([*check, *options.networks], check=True)
    rows = []
    for network in options.networks:
        console.say(f"measuring: {network}")
        shape = SHAPES[network]
        if options.shape:
            shape = "x".join(map(str, options.shape))
        rows += measure(network, shape, options.base_channels, options.rounds)
        add_shares(rows)
        record.add(rows)
    show = [[row.get(name, "") for name in COLUMNS] for row in rows]
    console.table(COLUMNS, show, "networks")
    for variant, seconds in whole_case(rows).items():
        console.say(f"{variant}: {seconds:.0f} s for the networks of a whole case")
    if not options.no_case:
        with tempfile.TemporaryDirectory() as work:
            case, name = str(options.case), Path(options.case or "").name
            if options.case is None:
                case, name = write_case(work), "PHANTOM of 240x240x155"
            console.say(f"measuring: the whole test program on {name}")
            of_case = measure_case(case, name)
        record.add(of_case)
        for row in of_case:
            console.say(f"{row['variant']}: {row['s']} s, {row['peak_gb']} GB")
    minutes = (time.monotonic() - started) / 60
    console.say(f"rows: {options.results} ({minutes:.1f} min)")


def commands(network, shape, width):
    """Returns the command of each variant, the shipped one first."""
    task = [network, shape, str(width)]
    keras = [sys.executable, "-m", "benchmarks.anisocascade.keras_peer"]
    found = {name: [*keras, name, *task] for name in ("shipped", "plain", "peak")}
    if TORCH.exists():
        torch = [str(TORCH), "-m", "benchmarks.anisocascade.torch_peer"]
        found |= {f"torch {name}": [*torch, name, *task] for name in ("first", "last")}
    return found


def measure(network, shape, width, rounds):
    """Returns one row per variant of one network."""
    started = commands(network, shape, width).items()
    peers = {name: Peer(command).start() for name, command in started}
    timings = {name: [] for name in peers}
    for _ in range(rounds):
        for name, peer in peers.items():
            timings[name].append(peer.run())
    flop = peers["shipped"].description["flop"]
    rates = [peers["peak"].description["flop"] / wall for wall, _ in timings["peak"]]
    rows = []
    for name, peer in peers.items():
        walls, cpus = zip(*timings[name], strict=True)
        row = {
            "network": network,
            "variant": name,
            "batch": shape,
            "base_channels": width,
            "s": round(median(walls), 4),
            "cpu_s": round(median(cpus), 4),
            "first_s": round(peer.description["first_s"], 2),
            "peer_version": peer.description.get("version", ""),
            "peak_gb": round(peer.close(), 2),
            "rounds": rounds,
            "peak_gflops": round(median(rates) / 1e9, 1),
        }
        if name != "peak":
            row |= {
                "parameters": peer.description["parameters"],
                "gflop": round(flop / 1e9, 1),
                "gflops": round(flop / median(walls) / 1e9, 1),
                "ratio_to_shipped": median_ratio(timings[name], timings["shipped"]),
                "cpu_ratio_to_shipped": median_ratio(
                    timings[name], timings["shipped"], column=1
                ),
            }
        rows.append(row)
    return rows


def write_case(folder):
    """Writes one case of the suite's phantom; returns its folder."""
    write_phantom(Path(folder), hgg=1, lgg=0)
    (case,) = BratsDataset(Path(folder))
    return str(case.images["flair"].parent)


def measure_case(case, name):
    """Returns the rows of one case, from its files to its labels, in one round.

    Args:
        case: the case's folder.
        name: the case's name in the rows.
    """
    timings, rows = {}, []
    for variant in CASE_VARIANTS:
        # One process at a time: together they may not fit into memory.
        command = [sys.executable, "-m", "benchmarks.anisocascade.case", variant, case]
        peer = Peer(command)
        timings[variant] = [peer.run()]
        wall, cpu = timings[variant][0]
        rows.append(
            {
                "network": "all nine",
                "variant": variant,
                "batch": f"{name}, {peer.description['weights']} weights",
                "s": round(wall, 1),
                "cpu_s": round(cpu, 1),
                "first_s": round(peer.description["first_s"], 1),
                "ratio_to_shipped": median_ratio(timings[variant], timings["shipped"]),
                "cpu_ratio_to_shipped": median_ratio(
                    timings[variant], timings["shipped"], column=1
                ),
                "peak_gb": round(peer.close(), 2),
                "rounds": 1,
            }
        )
    return rows


def whole_case(rows):
    """Returns the seconds that one case's test batches take, by variant.

    It multiplies numbers of batches and runs nothing: reading, noise and components
    are left out.
    """
    seconds = {}
    for row in rows:
        if row["variant"] != "peak":
            cost = row["s"] * BATCHES[row["network"]]
            seconds[row["variant"]] = seconds.get(row["variant"], 0) + cost
    return seconds


if __name__ == "__main__":
    main()
