"""LinkNet and Dual-Scale against PyTorch: training steps and predictions.

Run `python -m benchmarks.linkdsl.against_torch`.

A step is forward pass, loss, gradients and the update of SGD with momentum; the sides
take turns (`benchmarks.shared.side_by_side`). Nothing is measured unless PyTorch's
networks compute the same (`benchmarks.linkdsl.same`). The paper's page shows the rows.
"""

import argparse
import time
from pathlib import Path

from benchmarks.shared.options import add_choices, multiple_of
from benchmarks.shared.side_by_side import Cell, compare
from papers.engine.console import Console

RESULTS = Path(__file__).parents[1] / "results" / "linkdsl_torch.csv"
NETWORKS = ("linknet", "dual")
PRECISIONS = ("float32", "bfloat16")
# Batches by side: the paper's 8 at 128 pixels, and few enough of the larger ones that a
# step takes seconds at most.
BATCHES = {128: 8, 256: 2, 512: 1}


def main(arguments=None):
    """Measures, prints the table and writes the rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_choices(parser, networks=NETWORKS, precisions=PRECISIONS)
    parser.add_argument(
        "--sides",
        nargs="+",
        type=multiple_of(32),
        default=list(BATCHES),
        help="multiples of 32",
    )
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)

    console, started = Console(), time.monotonic()
    cells = [
        Cell(network, part, side, BATCHES.get(side, 1), precision)
        for network in options.networks
        for precision in options.precisions
        for side in options.sides
        for part in ("train", "infer")
    ]
    compare("linkdsl", cells, options.results, console)
    console.say(f"{(time.monotonic() - started) / 60:.1f} min")


if __name__ == "__main__":
    main()
