"""The four networks against PyTorch: training steps and predictions at 240x240.

Run `python -m benchmarks.hierdice.bench`.

A step is forward pass, bootstrapped loss, gradients and Adam's update of one tower; the
moving average of the weights is left out on both sides. The sides take turns
(`benchmarks.shared.side_by_side`). Nothing is measured unless PyTorch's networks
compute the same (`benchmarks.hierdice.same`). The paper's page shows the rows.
"""

import argparse
import time
from pathlib import Path

from benchmarks.shared.options import add_choices, count, multiple_of
from benchmarks.shared.side_by_side import Cell, compare
from papers.engine.console import Console

RESULTS = Path(__file__).parents[1] / "results" / "hierdice.csv"
NETWORKS = ("fcn8s_vgg16", "unet", "resnet50_skip", "residual_unet")
PRECISIONS = ("float32", "bfloat16")


def main(arguments=None):
    """Measures, prints the table and writes the rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_choices(parser, networks=NETWORKS, precisions=PRECISIONS)
    parser.add_argument(
        "--side", type=multiple_of(16), default=240, help="a multiple of 16"
    )
    parser.add_argument("--batch", type=count, default=2)
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)

    console, started = Console(), time.monotonic()
    cells = [
        Cell(network, part, options.side, options.batch, precision)
        for network in options.networks
        for precision in options.precisions
        for part in ("train", "infer")
    ]
    compare("hierdice", cells, options.results, console)
    console.say(f"{(time.monotonic() - started) / 60:.1f} min")


if __name__ == "__main__":
    main()
