"""Processor time of lesion-wise and surface scores beside the packages of BraTS.

    python -m benchmarks.metrics.official [DATA] [--rounds 3] [--results FILE]

DATA is a BraTS folder; without one, an ellipsoidal case is made. The prediction is that
of `benchmarks.metrics.bench`. All programs take turns in one process of the environment
that has the packages (`make bench-metrics` makes it), and a ratio is the median of the
rounds' own ratios. Only processor time is compared, which depends little on what else
the machine does; each program uses one core. `difference` is the largest one between a
score of a program and ours. Rows go to `benchmarks/results/metrics_official.csv`.
"""

import argparse
import sys
import tempfile
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.metrics.cases import SPACING, made_case, perturb, read_cases
from benchmarks.shared.options import count, folder
from benchmarks.shared.peers import Peer
from benchmarks.shared.record import Record
from papers.engine.console import Console

PYTHON = Path(".venv-official/bin/python")
RESULTS = Path(__file__).parents[1] / "results" / "metrics_official.csv"
# What each program scores in three regions, and which one of ours it is beside.
PROGRAMS = {
    "ours, bipartite": ("all, NSD, lesion-wise", "ours, bipartite"),
    "brats-evaluation": ("Dice, HD95, NSD, lesion-wise", "ours, bipartite"),
    "ours, area-weighted": ("all, NSD", "ours, area-weighted"),
    "surface-distance": ("HD95, ASSD, NSD", "ours, area-weighted"),
}
COLUMNS = ("case", "program", "scores", "cpu_ms", "cpu_times_ours", "difference")
TOLERANCE = 1e-9


def main(arguments=None):
    """Measures, prints the table and writes the rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", type=folder, help="a BraTS folder")
    parser.add_argument("--rounds", type=count, default=3)
    parser.add_argument(
        "--cases", type=count, default=1, help="score at most this many"
    )
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)

    console = Console()
    if not PYTHON.exists():
        sys.exit(
            f"no official packages: {PYTHON} is not there. Next: make bench-metrics"
        )
    if options.data:
        cases = islice(read_cases(options.data), options.cases)
    else:
        cases = [("made", made_case(), SPACING)]
    peer, rows = Peer([PYTHON, "-m", "benchmarks.metrics.official_peer"]).start(), []
    packages = peer.description["versions"].items()
    versions = " ".join(f"{name} {one}" for name, one in packages)
    record = Record(
        options.results, ("case",), ("program",), console, versions=versions
    )
    for case in cases:
        console.say(f"measuring: {case[0]}")
        rows += measure_case(peer, *case, options.rounds)
    peer.close()
    console.table(COLUMNS, [[row[name] for name in COLUMNS] for row in rows])
    record.add(rows)
    console.say(f"rows: {options.results}")
    if not all(row["difference"] <= TOLERANCE for row in rows):
        raise SystemExit("The programs differ in a score. See the table.")


def measure_case(peer, name, truth, spacing, rounds):
    """Returns one row for each program that scores one case.

    Args:
        peer: a `Peer` that runs `benchmarks.metrics.official_peer`.
        name: the case's name.
        truth: uint8 canonical labels (depth, height, width).
        spacing: mm between voxels along these axes.
        rounds: number of turns of each program.
    """
    timings, scores = {program: [] for program in PROGRAMS}, {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.npz"
        np.savez(
            path, prediction=perturb(truth), truth=truth, spacing=np.array(spacing)
        )
        for _ in range(rounds):
            for program in PROGRAMS:
                scores[program] = peer.ask("prepare", path=str(path), program=program)
                timings[program].append(peer.run()[1])
    rows = []
    for program, (what, beside) in PROGRAMS.items():
        ratios = np.divide(timings[program], timings[beside])
        differences = [
            abs(value - scores[beside][key]) for key, value in scores[program].items()
        ]
        rows.append(
            {
                "case": name,
                "program": program,
                "scores": what,
                "cpu_ms": round(1e3 * float(np.median(timings[program])), 1),
                "cpu_times_ours": round(float(np.median(ratios)), 2),
                "difference": float(np.nanmax(differences)),
                "shape": "x".join(map(str, truth.shape)),
                "rounds": rounds,
            }
        )
    return rows


if __name__ == "__main__":
    main()
