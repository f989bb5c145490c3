"""Time and memory of a training step of both networks.

Run `python -m benchmarks.dsunet.bench`.

The peers take turns on one machine: the shipped networks, the same on the layers'
portable paths, and the same written plainly in PyTorch, where `.venv-torch` has it. A
step is forward pass, loss, gradients and Adam's update. A ratio is the median of the
rounds' own ratios. Nothing is measured unless PyTorch's networks compute the same
(`benchmarks.dsunet.same`).
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from benchmarks.shared.measure import median_ratio
from benchmarks.shared.options import add_choices, count, multiple_of
from benchmarks.shared.peers import TORCH, Peer
from benchmarks.shared.record import Record
from papers.engine.console import Console

RESULTS = Path(__file__).parents[1] / "results" / "dsunet.csv"
NETWORKS = ("isensee2017", "separable_unet")
VARIANTS = ("shipped", "portable", "torch first", "torch last")

COLUMNS = (
    *("network", "variant", "side", "s", "cpu_s", "first_s", "ratio_to_shipped"),
    *("cpu_ratio_to_shipped", "share_of_isensee2017", "peak_gb", "parameters"),
)


def main(arguments=None):
    """Measures, prints the table and writes the rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_choices(parser, networks=NETWORKS, variants=VARIANTS)
    parser.add_argument("--side", type=multiple_of(16), default=64, help="voxels")
    parser.add_argument("--rounds", type=count, default=5)
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)

    console, started = Console(), time.monotonic()
    # All networks and variants take turns, and ratios go from one network to another.
    record = Record(options.results, ("side",), ("network", "variant"), console)
    tasks = [
        (network, variant)
        for network in options.networks
        for variant in options.variants
        if TORCH.exists() or not variant.startswith("torch")
    ]
    if any(variant.startswith("torch") for _, variant in tasks):
        for network in options.networks:
            console.say(f"comparing the results: {network}")
            check = [sys.executable, "-m", "benchmarks.dsunet.same", network]
            subprocess.run(check, check=True)
    rows = measure(tasks, options.side, options.rounds, console)
    show = [[row.get(name, "") for name in COLUMNS] for row in rows]
    console.table(COLUMNS, show, "training step, batch 1")
    record.add(rows)
    minutes = (time.monotonic() - started) / 60
    console.say(f"rows: {options.results} ({minutes:.1f} min)")


def command(network, variant, side):
    """Returns the command that starts a peer."""
    program, *layout = variant.split()
    if program == "torch":
        start = [str(TORCH), "-m", "benchmarks.dsunet.torch_peer", *layout]
    else:
        start = [sys.executable, "-m", "benchmarks.dsunet.keras_peer", variant]
    return [*start, network, str(side)]


def measure(tasks, side, rounds, console):
    """Returns one row per network and variant."""
    peers = {}
    for network, variant in tasks:
        console.say(f"first step: {network}, {variant}")
        peers[network, variant] = Peer(command(network, variant, side)).start()
    timings = {task: [] for task in tasks}
    for number in range(rounds):
        console.say(f"round {number + 1} of {rounds}")
        for task, peer in peers.items():
            timings[task].append(peer.run())
    rows = []
    for (network, variant), peer in peers.items():
        found = timings[network, variant]
        walls, cpus = zip(*found, strict=True)
        shipped = timings.get((network, "shipped"), found)
        baseline = timings.get(("isensee2017", variant), found)
        row = {
            "network": network,
            "variant": variant,
            "side": side,
            "s": round(median(walls), 3),
            "cpu_s": round(median(cpus), 3),
            "first_s": round(peer.description["first_s"], 1),
            "ratio_to_shipped": median_ratio(found, shipped),
            "cpu_ratio_to_shipped": median_ratio(found, shipped, column=1),
            "share_of_isensee2017": median_ratio(found, baseline),
            "parameters": peer.description["parameters"],
            "threads": peer.description["threads"],
            "peer_version": peer.description.get("version", ""),
            "peak_gb": round(peer.close(), 2),
            "rounds": rounds,
        }
        rows.append(row)
    _check(rows)
    return rows


def _check(rows):
    """Raises ValueError where a network's variants have unequal parameter counts."""
    for row in rows:
        same = {r["parameters"] for r in rows if r["network"] == row["network"]}
        if len(same) > 1:
            raise ValueError(
                f"Expected equal parameter counts of {row['network']}. Received: {same}"
            )


if __name__ == "__main__":
    main()
