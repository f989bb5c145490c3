"""Weights in a file: written whole or not at all, read with one clear error."""

import h5py
import keras
import numpy as np
import pytest

from common.errors import UserError
from common.training.weights import load_weights, save_weights
from tests.common.training.small_problem import model, weights_in


def test_weights_that_cannot_be_written(tmp_path, monkeypatch):
    path = tmp_path / "best.weights.h5"
    network = model()
    save_weights(network, path)

    def fail(archive):
        archive.write_text("half")
        raise OSError(28, "full")

    monkeypatch.setattr(network, "save", fail)
    with pytest.raises(UserError, match="Received: full"):
        save_weights(network, path)
    np.testing.assert_array_equal(weights_in(path), [0.5, -0.5])
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_written_in_memory_is_what_keras_writes(tmp_path):
    network, path = wide(8), tmp_path / "a.weights.h5"
    save_weights(network, path)
    network.save_weights(tmp_path / "b.weights.h5")
    with h5py.File(path) as first, h5py.File(tmp_path / "b.weights.h5") as second:
        names, others = [], []
        first.visit(names.append)
        second.visit(others.append)
    assert names == others
    fresh = wide(8)
    load_weights(fresh, path, "train again")
    for received, expected in zip(fresh.weights, network.weights, strict=True):
        np.testing.assert_array_equal(received, expected)


def wide(width, dropout=False):
    layers = [keras.layers.Input((3,)), keras.layers.Dense(width)]
    layers += [keras.layers.Dropout(0.5)] if dropout else []
    return keras.Sequential([*layers, keras.layers.Dense(2)], name="wide")


LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"


@pytest.mark.parametrize(
    "damage, message",
    [
        (lambda content: None, "No such file.*train again"),
        (lambda content: b"", "an empty file.*train again"),
        (lambda content: content[: len(content) // 2], "train again"),
        (lambda content: content[:20], "train again"),
        (lambda content: b"\0" * len(content), "train again"),
        (lambda content: content.replace(b"dense", b"dens\xff"), "train again"),
        (lambda content: LFS, "a pointer of Git LFS.*git lfs pull"),
    ],
)
def test_damaged_weights_are_one_line(tmp_path, damage, message):
    path = tmp_path / "best.weights.h5"
    save_weights(wide(4), path)
    content = damage(path.read_bytes())
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match=message) as error:
        load_weights(wide(4), path, "train again")
    assert "best.weights.h5: expected the weights of wide, 26" in str(error.value)
    assert "\n" not in str(error.value)


def test_weights_of_another_network_are_one_line(tmp_path):
    path = tmp_path / "best.weights.h5"
    save_weights(wide(4, dropout=True), path)
    load_weights(wide(4), path, "train again")  # a seed is no weight
    narrow = r"one of shape \(3, 4\), not \(3, 5\)"
    for network, message in ((wide(5), narrow), (model(), "left over|shape")):
        with pytest.raises(UserError, match=message) as error:
            load_weights(network, path, "train again")
        assert "\n" not in str(error.value)


def test_a_folder_in_place_of_the_file(tmp_path):
    (tmp_path / "best.weights.h5").mkdir()
    with pytest.raises(UserError, match="Is a directory"):
        load_weights(wide(4), tmp_path / "best.weights.h5", "train again")
