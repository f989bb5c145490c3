"""What the fresh process of the tests does: load what another process saved."""

import json
from pathlib import Path

import keras
import numpy as np

from tests.conformance.catalog import networks


def main(folder):
    folder = Path(folder)
    for network in networks("saving"):
        x = np.load(folder / f"{network.name}.input.npy")
        loaded = keras.saving.load_model(folder / f"{network.name}.keras")
        outputs = keras.tree.flatten(loaded(x, training=False))
        np.savez(folder / f"{network.name}.loaded.npz", *map(np.asarray, outputs))
        rebuilt = network.small()
        rebuilt.load_weights(folder / f"{network.name}.weights.h5")
        weights = {weight.path: np.asarray(weight) for weight in rebuilt.weights}
        np.savez(folder / f"{network.name}.rebuilt.npz", **weights)
    masks = np.load(folder / "masks.npy")
    values = []
    for config in json.loads((folder / "losses.json").read_text()):
        loss = keras.saving.deserialize_keras_object(config)
        values.append([loss.name, loss.get_config(), float(loss(*masks))])
    (folder / "loaded_losses.json").write_text(json.dumps(values))
