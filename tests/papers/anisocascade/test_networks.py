"""The three networks against their description, fact by fact."""

import math

import keras
import numpy as np
import pytest

from common.blank import blank
from common.layers.batch_statistics import BatchStatisticsPReLU
from papers.anisocascade.networks import enet, tnet, wnet
from tests.rounding import assert_close

WIDTH = 4
SHAPE = (11, 8, 12, 4)


@pytest.mark.parametrize("build", [wnet, tnet, enet])
@pytest.mark.parametrize("width", [32, 48])
def test_numbers_of_parameters(build, width):
    expected = {
        (wnet, 32): 214_470,
        (tnet, 32): 214_470,
        (enet, 32): 204_396,
        (wnet, 48): 475_542,
        (tnet, 48): 475_542,
        (enet, 48): 453_900,
    }
    model = blank(build, (19, None, None, 4), width)
    assert model.count_params() == expected[build, width]
    assert not model.non_trainable_weights


@pytest.mark.parametrize("build, halvings", [(wnet, 2), (enet, 1)])
def test_sizes_of_the_stages(build, halvings):
    model = blank(build, (19, 16, 24, 4), WIDTH)
    first = 2 ** (halvings - 1)
    sizes = {
        "block1_2_add": (19, 1),
        "fuse1_norm": (17, 1),
        "block2_2_add": (17, first),
        "fuse2_norm": (15, first),
        "block3_3_add": (15, 2 * first),
        "fuse3_norm": (13, 2 * first),
        "block4_3_add": (13, 2 * first),
        "fuse4_norm": (11, 2 * first),
    }
    for name, (depth, scale) in sizes.items():
        shape = model.get_layer(name).output.shape
        assert shape == (None, depth, 16 // scale, 24 // scale, WIDTH), name
    assert model.get_layer("concat").output.shape == (None, 11, 16, 24, 14)
    assert model.output_shape == (None, 11, 16, 24, 2)


def test_dilations_and_no_bias():
    model = blank(wnet, SHAPE, WIDTH)
    dilations = [
        model.get_layer(f"block{stage}_{i}_conv_{j}").dilation_rate
        for stage, blocks in ((1, 2), (2, 2), (3, 3), (4, 3))
        for i in range(1, blocks + 1)
        for j in range(2)
    ]
    in_plane = [1] * 8 + [1, 1, 2, 2, 3, 3] + [3, 3, 2, 2, 1, 1]
    assert dilations == [(1, d, d) for d in in_plane]
    assert not [w.path for w in model.weights if "bias" in w.path]


def test_first_block_pads_its_input_with_zero_channels():
    model = wnet((9, 4, 4, 4), 7)
    inner = keras.Model(
        model.inputs[0],
        [model.get_layer(f"block1_1_{name}").output for name in ("conv_1", "add")],
    )
    x = np.random.default_rng(0).random((1, 9, 4, 4, 4), np.float32)
    path, total = map(np.asarray, inner(x))
    assert_close((total - path)[..., 1:5], x, 2, np.abs(total).max())
    np.testing.assert_array_equal((total - path)[..., [0, 5, 6]], 0)


def test_initial_values():
    keras.utils.set_random_seed(0)
    model = enet(SHAPE, 32)
    norms = [x for x in model.layers if isinstance(x, BatchStatisticsPReLU)]
    assert len(norms) == 27
    assert {layer.epsilon for layer in norms} == {1e-5}
    assert all((np.asarray(layer.alpha) == 0).all() for layer in norms)
    # Two deviations are cut off, which leaves 0.8796 of the normal one's spread.
    for name, fan_in in (("block2_1_conv_0", 9 * 32), ("fuse2_conv", 3 * 32)):
        kernel = np.asarray(model.get_layer(name).kernel)
        deviation = math.sqrt(2 / fan_in)
        assert np.abs(kernel).max() <= 2 * deviation
        assert kernel.std() == pytest.approx(0.8796 * deviation, rel=0.03)
    kernel = np.asarray(model.get_layer("pred_up3_1_conv").kernel)
    assert kernel.std() == pytest.approx(0.8796 * math.sqrt(2 / (9 * 32)), rel=0.05)


def test_any_size_that_the_strides_divide():
    model = enet((None, None, None, 4), WIDTH)
    for depth, height, width in ((9, 2, 6), (12, 10, 14)):
        logits = model(np.ones((1, depth, height, width, 4), np.float32))
        assert logits.shape == (1, depth - 8, height, width, 2)


@pytest.mark.parametrize(
    "build, shape",
    [
        (wnet, (8, 8, 8, 4)),
        (wnet, (9, 10, 8, 4)),
        (enet, (9, 9, 8, 4)),
        (wnet, (9, 8, 8)),
    ],
)
def test_shapes_that_do_not_fit(build, shape):
    with pytest.raises(ValueError, match="input_shape"):
        build(shape, WIDTH)


@pytest.mark.parametrize("widths", [0, (8, 8, 8), (8, 8, 8, 0)])
def test_widths_that_do_not_fit(widths):
    with pytest.raises(ValueError, match="base_channels"):
        wnet(SHAPE, widths)
