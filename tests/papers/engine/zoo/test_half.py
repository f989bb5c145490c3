"""Weights in half precision: kernels are rounded, all else is as it was."""

import h5py
import keras
import numpy as np
import pytest

from common.training.weights import load_weights, save_weights
from papers.engine.zoo.half import HALVES, write_half


def network():
    layers = keras.layers
    variances = keras.initializers.RandomUniform(0.5, 1.5)
    return keras.Sequential(
        [
            keras.Input((16, 16, 2)),
            layers.Conv2D(32, 3, bias_initializer="normal"),
            layers.BatchNormalization(moving_variance_initializer=variances),
            layers.Conv2D(64, 3),
        ],
        name="network",
    )


@pytest.fixture
def written(tmp_path):
    """A network, its weights' file and the same in half precision."""
    keras.utils.set_random_seed(7)
    model = network()
    save_weights(model, tmp_path / "full.weights.h5")
    write_half(tmp_path / "full.weights.h5", tmp_path / "half.weights.h5")
    return model, tmp_path


def test_keras_loads_them_into_float32(written):
    model, folder = written
    loaded = network()
    load_weights(loaded, folder / "half.weights.h5", "none")
    for mine, full in zip(loaded.weights, model.weights, strict=True):
        assert mine.dtype == "float32"
        value, wanted = np.asarray(mine), np.asarray(full)
        if value.ndim == 1:
            np.testing.assert_array_equal(value, wanted)
        else:
            np.testing.assert_allclose(value, wanted, rtol=2.0**-11, atol=2.0**-25)
            assert (value != wanted).mean() > 0.9  # rounded, and not copied


def test_a_network_of_bfloat16_computes_the_same(tmp_path):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model, loaded = network(), network()
    finally:
        keras.config.set_dtype_policy("float32")
    save_weights(model, tmp_path / "full.weights.h5")
    write_half(tmp_path / "full.weights.h5", tmp_path / "half.weights.h5", "bfloat16")
    load_weights(loaded, tmp_path / "half.weights.h5", "none")
    pairs = zip(loaded.weights, model.weights, strict=True)
    assert any((np.asarray(mine) != np.asarray(full)).any() for mine, full in pairs)
    x = np.random.default_rng(0).random((1, 16, 16, 2), np.float32)
    received, expected = (np.asarray(one(x), np.float32) for one in (loaded, model))
    np.testing.assert_array_equal(received, expected)


@pytest.mark.parametrize("half", HALVES)
def test_kernels_take_less_than_half_the_room(written, half):
    model, folder = written
    write_half(folder / "full.weights.h5", folder / "half.weights.h5", half)
    taken = []

    def note(name, item):
        if isinstance(item, h5py.Dataset) and item.ndim > 1:
            taken.append(item.id.get_storage_size())

    with h5py.File(folder / "half.weights.h5", "r") as file:
        file.visititems(note)
    kernels = [np.asarray(weight) for weight in model.weights if weight.ndim > 1]
    assert len(taken) == len(kernels) == 2
    assert sum(taken) < 0.5 * sum(kernel.nbytes for kernel in kernels)


def test_names_and_attributes_stay(written):
    _, folder = written
    seen = []
    for name in ("full", "half"):
        with h5py.File(folder / f"{name}.weights.h5", "r") as file:
            names = {}
            file.visititems(
                lambda key, item, names=names: names.update({key: item.name})
            )
            seen.append((names, {key: str(file.attrs[key]) for key in file.attrs}))
    assert seen[0] == seen[1] and seen[0][0]


@pytest.mark.parametrize(
    ("half", "value"),
    [
        ("float16", 65520.0),
        ("float16", np.inf),
        ("float16", np.nan),
        ("bfloat16", 3.4e38),
        ("bfloat16", np.nan),
    ],
)
def test_what_half_precision_does_not_have(tmp_path, half, value):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["layer/kernel"] = np.array([[1.0, value]], np.float32)
    with pytest.raises(ValueError, match=f"layer/kernel.* {half} has"):
        write_half(tmp_path / "a.h5", tmp_path / "b.h5", half)
    assert not (tmp_path / "b.h5").exists()
