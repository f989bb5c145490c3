"""What the authors' own code did, as recorded in the oracle's files."""

import json
from dataclasses import dataclass

import keras
import numpy as np

from papers.anisocascade.networks import enet, wnet
from papers.anisocascade.released_weights import keras_path


@dataclass(frozen=True)
class Recorded:
    """One file: its arrays by name, and its configuration."""

    arrays: dict
    config: dict

    def __getitem__(self, name):
        return self.arrays[name]

    def by_path(self, start):
        """Arrays of the trainable variables by the path of the Keras weight."""
        names = map(str, self.arrays["names_trainable"])
        return {keras_path(name): self.arrays[f"{start}/{name}"] for name in names}

    def build(self):
        """The network of this file with its variables."""
        net = wnet if self.config["downsample_twice"] else enet
        widths = tuple(self.config["base_feature_number"])
        model = net(self["x"].shape[1:], widths, self.config["class_num"])
        values = self.by_path("var")
        assert values.keys() == {weight.path for weight in model.weights}
        for weight in model.weights:
            weight.assign(values[weight.path])
        return model


def read(path):
    """Reads one recorded file."""
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    return Recorded(arrays, json.loads(str(arrays["config"])))


def adam():
    """The optimizer of the released code."""
    return keras.optimizers.Adam(1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-8)
