"""Where steps and inference of LinkNet and Dual-Scale go, by kind of operation.

Run `python -m benchmarks.linkdsl.operations`. The paper's page shows the rows.
"""

import argparse
from pathlib import Path

from benchmarks.linkdsl.against_torch import BATCHES, NETWORKS, PRECISIONS
from benchmarks.shared.breakdown import break_down
from benchmarks.shared.options import add_choices, multiple_of
from benchmarks.shared.side_by_side import Cell
from papers.engine.console import Console

RESULTS = Path(__file__).parents[1] / "results" / "linkdsl_operations.csv"
PARTS = ("train", "infer")


def main(arguments=None):
    """Profiles, prints the table and writes the rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_choices(parser, networks=NETWORKS, precisions=PRECISIONS, parts=PARTS)
    parser.add_argument(
        "--side", type=multiple_of(32), default=128, help="a multiple of 32"
    )
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    batch = BATCHES.get(options.side, 1)
    cells = [
        Cell(network, part, options.side, batch, precision)
        for part in options.parts
        for network in options.networks
        for precision in options.precisions
    ]
    break_down("linkdsl", cells, options.results, Console())


if __name__ == "__main__":
    main()
