"""Where steps and inference of the four networks go, by kind of operation.

Run `python -m benchmarks.hierdice.operations`. The paper's page shows the rows.
"""

import argparse
from pathlib import Path

from benchmarks.hierdice.bench import NETWORKS, PRECISIONS
from benchmarks.shared.breakdown import break_down
from benchmarks.shared.options import add_choices, count, multiple_of
from benchmarks.shared.side_by_side import Cell
from papers.engine.console import Console

RESULTS = Path(__file__).parents[1] / "results" / "hierdice_operations.csv"
PARTS = ("train", "infer")


def main(arguments=None):
    """Profiles, prints the table and writes the rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_choices(parser, networks=NETWORKS, precisions=PRECISIONS, parts=PARTS)
    parser.add_argument(
        "--side", type=multiple_of(16), default=240, help="a multiple of 16"
    )
    parser.add_argument("--batch", type=count, default=2)
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)
    cells = [
        Cell(network, part, options.side, options.batch, precision)
        for part in options.parts
        for network in options.networks
        for precision in options.precisions
    ]
    break_down("hierdice", cells, options.results, Console())


if __name__ == "__main__":
    main()
