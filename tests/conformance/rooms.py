"""How far rounding may take the outputs of the catalog's small networks.

The rooms are measured in float64, which has the same digits on every machine, and
recorded, because seven runs of every network would take a minute of each run of the
tests. See `tests/rounding.py` for the rule.
"""

import json
from functools import cache
from pathlib import Path

import keras
import numpy as np

FILE = Path(__file__).parent / "rooms.json"


def measured_room(model, x):
    """Returns how far two float32 results may lie apart, whatever the kernels.

    Args:
        model: a small network.
        x: its input.
    """
    from tests.rounding import exact_and_rooms, sum_room

    def run(network):
        outputs = keras.tree.flatten(network(x, training=False))
        return {str(i): np.asarray(output) for i, output in enumerate(outputs)}

    exact, spread, _ = exact_and_rooms(model, run)
    # A normalization without weights sums over an example, and divides by the result.
    largest = max(np.abs(output).max() for output in exact.values())
    of_sums = sum_room(4 * x[0, ..., 0].size, largest)
    # Both results err.
    return 2 * max(*spread.values(), of_sums)


def write(rooms):
    """Records the rooms of all networks, by name."""
    text = {name: float(f"{value:.2g}") for name, value in rooms.items()}
    FILE.write_text(json.dumps(text, indent=2) + "\n")


@cache
def _recorded():
    return json.loads(FILE.read_text())


def room(network):
    """Returns the recorded room of an entry of the catalog."""
    return _recorded()[network.name]
