"""How far rounding may take what the recorded networks compute.

The rooms are measured in float64, which has the same digits on every machine, and
recorded, because they take seven of eight runs of each network. After a change of the
networks run `python -m tests.papers.anisocascade.rooms ../shared/data/oracle_aniso`.
"""

import json
import sys
from functools import cache
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from papers.anisocascade.losses import PooledDice
from tests.papers.anisocascade.recorded import read
from tests.rounding import SAFETY, exact_and_rooms, sum_room

FILE = Path(__file__).with_name("rooms.json")
LITE = ("wnet_tiny_c8", "wnet_tiny_expand", "enet_tiny_c8", "enet_tiny_3class")
FULL = ("wnet_tiny_c8", "enet_tiny_c8")


def results(model, recorded):
    """Logits, loss, and the gradient of every weight by its path."""
    # Not in a graph, which would take longer to trace than this to run.
    with tf.GradientTape() as tape:
        logits = model(recorded["x"], training=True)
        loss = PooledDice(dtype=logits.dtype)(recorded["y"], logits)
    gradients = tape.gradient(loss, model.trainable_variables)
    paths = [weight.path for weight in model.trainable_variables]
    gradients = dict(zip(paths, map(np.asarray, gradients), strict=True))
    return {"logits": np.asarray(logits), "loss": np.asarray(loss), **gradients}


def with_activations(model, recorded):
    """A network with the outputs of all recorded blocks, by layer."""
    names = [name for name in recorded.arrays if name.startswith("act/")]
    outputs = {
        layer: model.get_layer(layer).output for layer in map(layer_of_block, names)
    }
    return keras.Model(model.inputs[0], outputs)


def layer_of_block(name):
    """The layer whose output the original records under a block's name."""
    block = name.removeprefix("act/")
    if block == "concate":
        return "concat"
    if block.endswith("_bn_prelu"):
        return block.replace("_bn_prelu", "_norm")
    return f"{block}_add" if block.startswith("block") else block


def activations(model, recorded):
    """The outputs of all recorded blocks, by layer."""
    return {name: np.asarray(y) for name, y in model(recorded["x"]).items()}


def measured_rooms(oracle, name):
    """Returns the room of each result, and the one for other sides of a jump.

    Args:
        oracle: folder of the recorded files.
        name: a file without its suffix; in `lite/`, with gradients.
    """
    recorded = read(oracle / f"{name}.npz")
    if name in FULL:
        model = with_activations(recorded.build(), recorded)
        _, *rooms = exact_and_rooms(model, lambda m: activations(m, recorded))
    else:
        exact, *rooms = exact_and_rooms(
            recorded.build(), lambda m: results(m, recorded)
        )
        slopes, y = _slopes(exact["logits"], recorded["y"]), recorded["y"]
        for room in rooms:
            room["loss"] = slopes * room["logits"] / SAFETY + sum_room(y.size)
    return {key: [float(room[key]) for room in rooms] for key in rooms[0]}


def _slopes(logits, y):
    """Of the loss, a single number, three draws say little.

    Each logit adds its error times its slope, at most, and the sums over the voxels
    add theirs.
    """
    logits = tf.constant(logits)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = PooledDice(dtype="float64")(y, logits)
    return np.abs(tape.gradient(loss, logits)).sum()


@cache
def _recorded_rooms():
    return json.loads(FILE.read_text())


def rooms(name):
    """Returns the recorded rooms of a file: by result, and those for jumps."""
    found = _recorded_rooms()[name]
    return tuple({key: pair[i] for key, pair in found.items()} for i in (0, 1))


def main(oracle):
    """Measures the rooms of all files and records them."""
    found = {
        name: {
            key: [float(f"{value:.2g}") for value in pair]
            for key, pair in measured_rooms(Path(oracle), name).items()
        }
        for name in (*(f"lite/{name}" for name in LITE), *FULL)
    }
    lines = [
        f' "{name}": {{\n'
        + ",\n".join(f'  "{key}": {json.dumps(pair)}' for key, pair in of_file.items())
        + "\n }"
        for name, of_file in found.items()
    ]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(FILE)


if __name__ == "__main__":
    main(*sys.argv[1:])
