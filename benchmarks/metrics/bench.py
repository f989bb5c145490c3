"""Time of all scores of a case, compared with the programs that users have.

    python -m benchmarks.metrics.bench [DATA] [--rounds 3] [--results FILE]

DATA is a BraTS folder; without one, an ellipsoidal case is made. The prediction is
the truth with wandering boundaries, stray blobs and a missed part. All programs take
turns in one process, and a ratio is the median of the rounds' own ratios.
`difference` is the largest one between any score of a program and ours.
Rows go to `benchmarks/results/metrics.csv`.
"""

import argparse
import time
from importlib.metadata import version
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.metrics.cases import SPACING, made_case, perturb, read_cases
from benchmarks.metrics.programs import available
from benchmarks.shared.options import count, folder
from benchmarks.shared.record import Record
from papers.engine.console import Console

RESULTS = Path(__file__).parents[1] / "results" / "metrics.csv"
COLUMNS = ("case", "program", "scores", "ms", "cpu_ms", "times_ours")
COLUMNS += ("cpu_times_ours", "difference")
# Scores are equal up to the order in which they are summed.
TOLERANCE = 1e-9


def main(arguments=None):
    """Measures, prints the table and writes the rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", type=folder, help="a BraTS folder")
    parser.add_argument("--rounds", type=count, default=3)
    parser.add_argument(
        "--cases", type=count, default=2, help="score at most this many"
    )
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)

    console = Console()
    versions = " ".join(
        f"{name} {version(name.replace('_', '-'))}"
        for name in ("numpy", "scipy", *dict.fromkeys(p.needs for p in available()))
        if name
    )
    record = Record(
        options.results, ("case",), ("program",), console, versions=versions
    )
    if options.data:
        cases = islice(read_cases(options.data), options.cases)
    else:
        cases = [("made", made_case(), SPACING)]
    rows = []
    for name, truth, spacing in cases:
        console.say(f"measuring: {name}")
        rows += measure_case(name, truth, spacing, options.rounds)
    console.table(COLUMNS, [[row[name] for name in COLUMNS] for row in rows])
    record.add(rows)
    console.say(f"rows: {options.results}")
    if not all(row["difference"] <= TOLERANCE for row in rows):
        raise SystemExit("The programs differ in a score. See the table.")


def measure_case(name, truth, spacing, rounds):
    """Returns one row for each program that scores one case.

    Args:
        name: the case's name.
        truth: uint8 labels (depth, height, width).
        spacing: mm between voxels along these axes.
        rounds: number of turns of each program.
    """
    prediction, programs = perturb(truth), available()
    timings = {program.name: [] for program in programs}
    scores = {}
    for _ in range(rounds):
        for program in programs:
            wall, cpu = time.perf_counter(), time.process_time()
            scores[program.name] = program.score(prediction, truth, spacing)
            timings[program.name].append(
                (time.perf_counter() - wall, time.process_time() - cpu)
            )
    rows = []
    for program in programs:
        beside = program.beside
        pairs = zip(timings[program.name], timings[beside], strict=True)
        ratios = [np.divide(theirs, ours) for theirs, ours in pairs]
        milliseconds = 1e3 * np.median(timings[program.name], axis=0)
        found = scores[program.name].items()
        differences = [abs(value - scores[beside][key]) for key, value in found]
        rows.append(
            {
                "case": name,
                "program": program.name,
                "scores": program.what,
                **_rounded(("ms", "cpu_ms"), milliseconds, 1),
                **_rounded(("times_ours", "cpu_times_ours"), np.median(ratios, 0), 2),
                "difference": float(np.nanmax(differences)),
                "shape": "x".join(map(str, truth.shape)),
                "rounds": rounds,
            }
        )
    return rows


def _rounded(names, values, digits):
    return {n: round(float(v), digits) for n, v in zip(names, values, strict=True)}


if __name__ == "__main__":
    main()
