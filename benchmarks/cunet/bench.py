"""Training step and inference of the five networks: `python -m benchmarks.cunet.bench`.

The peers take turns on one machine with slices of 240x240 pixels: what the suite
ships, the same with Keras's own normalization, a matrix product, and U-Net and CU-Net
written plainly in PyTorch, where `.venv-torch` has it. A step is forward pass, loss,
gradients and the update of SGD with momentum and weight decay. A ratio is the median
of the rounds' own ratios; above 1, the suite is faster. Nothing is measured unless
PyTorch's networks compute the same (`benchmarks.cunet.same`).

Three columns show what sampling costs: `sampling_share` divides its processor seconds
by those of a step, `sampling_wall` divides the wall time of steps that the background
thread feeds with sampling by that of steps it feeds without, and `sampling_cpu` their
processor times. Times of fed steps are those of one step, the mean of a few.
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
from benchmarks.shared.record import Record, add_shares
from papers.engine.console import Console

RESULTS = Path(__file__).parents[1] / "results" / "cunet.csv"
NETWORKS = ("unet", "cun_lws", "bfcn", "drn")
IN_TORCH = ("unet", "cun_lws")
PARTS = ("train", "infer")

CELL = ("network", "part", "batch", "side")
COLUMNS = (
    *("network", "part", "variant", "batch", "s", "cpu_s", "first_s", "gflop"),
    *("gflops", "share_of_peak", "ratio_to_shipped", "sampling_share"),
    *("sampling_wall", "sampling_cpu", "peak_gb", "parameters"),
)


def main(arguments=None):
    """Measures, prints the table and writes the rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_choices(parser, networks=NETWORKS, parts=PARTS)
    parser.add_argument("--batch", type=count, default=2)
    parser.add_argument(
        "--side", type=multiple_of(16), default=240, help="pixels, a multiple of 16"
    )
    parser.add_argument("--rounds", type=count, default=3)
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)

    console, started = Console(), time.monotonic()
    record = Record(options.results, CELL, ("variant",), console)
    for network in options.networks:
        if TORCH.exists() and network in IN_TORCH:
            console.say(f"comparing the results: {network}")
            check = [sys.executable, "-m", "benchmarks.cunet.same", network]
            subprocess.run(check, check=True)
    rows = []
    for part in options.parts:
        for network in options.networks:
            console.say(f"measuring: {network}, {part}")
            rows += measure(network, part, options.batch, options.side, options.rounds)
            add_shares(rows)
            record.add(rows)
    show = [[row.get(name, "") for name in COLUMNS] for row in rows]
    console.table(COLUMNS, show, f"slices of {options.side}x{options.side} pixels")
    minutes = (time.monotonic() - started) / 60
    console.say(f"rows: {options.results} ({minutes:.1f} min)")


def commands(network, part, batch, side):
    """Returns the command of each variant, the shipped one first."""
    task = [part, network, str(batch), str(side)]
    keras = [sys.executable, "-m", "benchmarks.cunet.keras_peer"]
    names = ["shipped", "plain", "peak"]
    if network == "cun_lws" and part == "train":
        names += ["sampling", "live", "live unsampled"]
    found = {name: [*keras, name, *task] for name in names}
    if TORCH.exists() and network in IN_TORCH:
        torch = [str(TORCH), "-m", "benchmarks.cunet.torch_peer"]
        found |= {f"torch {name}": [*torch, name, *task] for name in ("first", "last")}
    return found


def measure(network, part, batch, side, rounds):
    """Returns one row per variant of one network and part."""
    started = commands(network, part, batch, side)
    peers = {name: Peer(command).start() for name, command in started.items()}
    timings = {name: [] for name in peers}
    for _ in range(rounds):
        for name, peer in peers.items():
            timings[name].append(peer.run())
    shipped = peers["shipped"].description
    rates = [peers["peak"].description["flop"] / wall for wall, _ in timings["peak"]]
    rows = []
    for name, peer in peers.items():
        walls, cpus = zip(*timings[name], strict=True)
        steps = peer.description.get("steps", 1)  # of one repetition
        row = {
            "network": network,
            "part": part,
            "variant": name,
            "batch": batch,
            "side": side,
            "s": round(median(walls) / steps, 4),
            "cpu_s": round(median(cpus) / steps, 4),
            "first_s": round(peer.description["first_s"], 2),
            "rounds": rounds,
            "peer_version": peer.description.get("version", ""),
        }
        if name == "peak":
            row["gflops"] = round(median(rates) / 1e9, 1)
        elif name == "sampling":
            pairs = zip(timings[name], timings["shipped"], strict=True)
            row["sampling_share"] = round(median(a[1] / b[1] for a, b in pairs), 4)
        elif name == "live":
            fed = timings["live unsampled"]
            row["sampling_wall"] = median_ratio(timings[name], fed)
            row["sampling_cpu"] = median_ratio(timings[name], fed, column=1)
        elif name != "live unsampled":
            row |= {
                "gflop": round(shipped["flop"] / 1e9, 1),
                "gflops": round(shipped["flop"] / median(walls) / 1e9, 1),
                "peak_gflops": round(median(rates) / 1e9, 1),
            }
            row["ratio_to_shipped"] = median_ratio(timings[name], timings["shipped"])
            row["parameters"] = peer.description["parameters"]
            if row["parameters"] != shipped["parameters"]:
                raise ValueError(
                    f"Expected {shipped['parameters']} parameters of {network}. "
                    f"Received: {row['parameters']} in {name}"
                )
        row["peak_gb"] = round(peer.close(), 2)
        rows.append(row)
    return rows


if __name__ == "__main__":
    main()
