"""Networks without values have the structure of those with values."""

import keras
import pytest

from common.blank import blank


def small(width=3, initializer="glorot_uniform"):
    inputs = keras.Input((8, 8, 2))
    conv = keras.layers.Conv2D(width, 3, kernel_initializer=initializer, name="conv")
    x = conv(inputs)
    x = keras.layers.BatchNormalization(name="norm")(x)
    return keras.Model(inputs, keras.layers.Dropout(0.5, name="drop", seed=1)(x))


def structure(model):
    weights = [(w.path, w.shape, w.dtype, w.trainable) for w in model.weights]
    return weights, model.output_shape, model.count_params()


def test_names_shapes_and_counts_are_those_with_values():
    assert structure(blank(small, width=5)) == structure(small(width=5))


def test_only_what_is_built_next_has_values():
    drawn = []

    def initializer(shape, dtype=None):
        drawn.append(shape)
        return keras.ops.ones(shape, dtype)

    model = blank(small, initializer=initializer)
    before = len(drawn)
    assert small().get_layer("conv").kernel.numpy().any()
    assert len(drawn) == before and model.count_params() == 69


def test_precision_stays_as_it_is():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = blank(small)
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
        assert model.get_layer("conv").compute_dtype == "bfloat16"
    finally:
        keras.config.set_dtype_policy("float32")


def test_after_an_error_networks_have_values():
    with pytest.raises(ValueError, match="filters"):
        blank(small, width=0)
    assert small().get_layer("conv").kernel.numpy().any()
