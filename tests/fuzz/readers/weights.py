"""Weights: Keras's own files, checkpoints of TensorFlow 1, what imports leave."""

import functools

import numpy as np

from tests.fuzz.reader import Reader


@functools.cache
def _model():
    import keras

    inputs = keras.Input((3,))
    x = keras.layers.Dense(2, name="hidden", use_bias=False)(inputs)
    return keras.Model(inputs, keras.layers.Dense(1, name="last", use_bias=False)(x))


def _write_weights(folder):
    from common.training.weights import save_weights

    save_weights(_model(), folder / "net.weights.h5")


def _read_weights(path):
    from common.training.weights import load_weights

    load_weights(_model(), path, "train again")


def _write_checkpoint(folder):
    import tensorflow as tf

    # The last part of a path is "kernel".
    values = {f"net/{w.path[:-6]}w": w.numpy() for w in _model().weights}
    values["net/last/w/Adam"] = np.zeros(3, np.float32)
    values["beta2_power"] = np.float32(0.5)
    tf.raw_ops.SaveV2(
        prefix=str(folder / "net.ckpt"),
        tensor_names=list(values),
        shape_and_slices=[""] * len(values),
        tensors=list(values.values()),
    )


def _read_checkpoint(folder):
    from papers.anisocascade.released_weights import load_checkpoint

    load_checkpoint(_model(), folder / "net.ckpt")


def _write_imported(folder):
    """One network of nine, by the suite's own manifest."""
    from common.files import sha256, write_json
    from common.training.weights import save_weights

    file = folder / "wnet_axial.weights.h5"
    save_weights(_model(), file)
    row = {"network": "wnet", "view": "axial", "file": file.name}
    row |= {"sha256": sha256(file), "source_sha256": {"a.ckpt.index": "0" * 64}}
    write_json(folder / "manifest.json", {"source": "x", "networks": [row]})


def _read_imported(folder):
    from papers.anisocascade import released_weights

    released_weights.NETWORKS["wnet"] = lambda shape, name: _model()
    released_weights.holds_released(folder, {"a.ckpt.index": "0" * 64})
    released_weights.load_released(folder, "wnet", "axial")


READERS = [
    Reader("weights", _write_weights, _read_weights),
    Reader("checkpoint", _write_checkpoint, _read_checkpoint, whole=True),
    Reader("imported", _write_imported, _read_imported, whole=True),
]
