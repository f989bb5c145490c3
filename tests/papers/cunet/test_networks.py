"""The networks against their description, fact by fact."""

import keras
import numpy as np
import pytest

from common.blank import blank
from papers.cunet.networks import bfcn, cu_net, drn, unet, without_heads
from tests.rounding import assert_close, sum_room

FULL, SMALL = (240, 240, 4), (32, 48, 4)


def image(batch=2):
    return np.random.default_rng(0).normal(size=(batch, *SMALL)).astype(np.float32)


@pytest.mark.parametrize(
    "build, options, total, trainable",
    [
        # The catalog of tests/conformance has the networks as they are by default.
        (cu_net, {"base_filters": 8, "auxiliary": False}, 1_240_582, None),
        (cu_net, {"base_filters": 8}, 1_839_902, None),
        (cu_net, {"preact": True}, 22_133_646, 22_120_006),
        *(
            pytest.param(cu_net, *more, marks=pytest.mark.slow)
            for more in (
                ({"branch2_classes": 3}, 22_132_697, 22_115_097),
                (
                    {"branch2_classes": 3, "auxiliary": False},
                    19_736_293,
                    19_718_693,
                ),
                ({"additive_skips": True}, 20_214_046, 20_198_366),
                ({"feed_image_to_unet2": True}, 22_135_198, 22_117_534),
                ({"aux_levels": "B"}, 20_035_742, 20_018_142),
                ({"aux_levels": "C"}, 5_205_662, None),
                ({"unet2_multiplier": 2}, 49_753_598, 49_730_942),
                ({"base_filters": 16}, 6_141_854, None),
                ({"base_filters": 16, "auxiliary": False}, 4_943_494, None),
                ({"base_filters": 64}, 83_662_622, None),
                ({"base_filters": 64, "auxiliary": False}, 78_870_022, None),
                ({"base_filters": 64, "aux_levels": "C"}, 20_186_206, None),
            )
        ),
        (unet, {"bn": False}, 31_032_516, 31_032_516),
        (unet, {"base_filters": 8}, 488_124, None),
        (unet, {"base_filters": 16}, 1_945_716, None),
        (unet, {"base_filters": 32}, 7_769_316, None),
        (bfcn, {"symmetry_channels": 3}, 4_365_770, None),
        (bfcn, {"symmetry_channels": 4}, 4_366_346, None),
        (bfcn, {"base_filters": 8}, 69_738, None),
        (bfcn, {"base_filters": 32}, 1_094_538, None),
        # Every width an eighth; with a stem of 16 and no width below 4: 29,764.
        (drn, {"base_filters": 2}, 28_412, None),
    ],
)
def test_numbers_of_parameters(build, options, total, trainable):
    model = blank(build, FULL, **options)
    assert model.count_params() == total
    if trainable:
        counted = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
        assert counted == trainable


@pytest.fixture(scope="module")
def published():
    """CU-Net as it is by default."""
    return blank(cu_net, FULL)


def residual_block_parameters(channels, filters):
    """By the formula: convolutions, and four numbers a channel and normalization."""
    total = 9 * channels * filters + 9 * filters**2 + 8 * filters
    return total + (channels != filters) * (channels * filters + 4 * filters)


@pytest.mark.parametrize(
    "block, channels, filters",
    [
        ("u1enc0", 4, 32),
        ("u1enc4", 256, 512),
        ("u1dec3", 512, 256),
        ("u1dec0", 64, 32),
        ("u2enc0", 32, 32),
        ("u2enc1", 96, 64),
        ("u2enc4", 768, 512),
        ("u2dec0", 64, 32),
    ],
)
def test_blocks_have_the_channels_of_the_layer_table(
    published, block, channels, filters
):
    weights = [w for w in published.weights if w.path.startswith(f"{block}_")]
    counted = sum(int(np.prod(w.shape)) for w in weights)
    assert counted == residual_block_parameters(channels, filters)


@pytest.mark.parametrize(
    "levels, factors",
    [("A", (16, 8, 4, 2)), ("B", (8, 4, 2, 1)), ("C", (8, 4, 2, 1))],
)
def test_ten_outputs_of_the_size_of_the_input(levels, factors):
    model = blank(cu_net, SMALL, 2, aux_levels=levels)
    expected = {
        f"{branch}{head}": (None, 32, 48, classes)
        for branch, classes in (("wt", 2), ("sub", 4))
        for head in ("", *(f"_aux{factor}" for factor in factors))
    }
    assert {name: x.shape for name, x in model.output.items()} == expected


def test_without_heads_are_the_same_branches():
    keras.utils.set_random_seed(0)
    model = cu_net(SMALL, 2)
    short = without_heads(model)
    assert set(short.output) == {"wt", "sub"}
    x = image()
    full, branches = model(x, training=False), short(x, training=False)
    for name, logits in branches.items():
        assert np.asarray(logits).std() > 1e-3
        # Forty convolutions, each of sums of a few hundred terms.
        room = sum_room(10_000, np.abs(full[name]).max())
        np.testing.assert_allclose(logits, full[name], rtol=0, atol=room)
    for other in (unet(SMALL, base_filters=2), bfcn(SMALL, base_filters=2)):
        assert without_heads(other) is other


def sources(model, layer):
    """Names of the layers whose outputs a layer takes."""
    tensors = model.get_layer(layer).input
    return {x._keras_history.operation.name for x in keras.tree.flatten(tensors)}


def test_decoder_features_reach_the_same_level_of_the_second_net():
    model = blank(cu_net, FULL, 2)
    assert sources(model, "u2enc0_1_conv") == {"u1dec0_relu"}
    assert sources(model, "u2between4") == {"u2pool4", "u1enc4_relu"}
    for level in (1, 2, 3):
        name = f"u2between{level}"
        assert sources(model, name) == {f"u2pool{level}", f"u1dec{level}_relu"}
        assert model.get_layer(name).output.shape[1] == 240 // 2**level
    with_image = blank(cu_net, FULL, 2, feed_image_to_unet2=True)
    assert sources(with_image, "u2_image") == {"image", "u1dec0_relu"}


def test_second_net_sees_the_first_one():
    keras.utils.set_random_seed(0)
    model = cu_net(SMALL, 2, auxiliary=False)
    before = model(image(), training=False)
    for weight in model.trainable_weights:
        if weight.path.startswith("u1dec2"):
            weight.assign(weight + 1)
    after = model(image(), training=False)
    for name in ("wt", "sub"):
        assert np.abs(np.asarray(after[name]) - before[name]).max() > 1e-3


def test_residual_block_by_hand():
    model = cu_net(SMALL, 2, auxiliary=False)
    names = ("u1enc1_2_bn", "u1enc1_shortcut_bn", "u1enc1_relu")
    parts = keras.Model(model.inputs[0], [model.get_layer(n).output for n in names])
    path, shortcut, out = map(np.asarray, parts(image()))
    assert_close(out, np.maximum(path + shortcut, 0), 1)


def test_mirror_differences_of_bfcn():
    model = bfcn(SMALL, base_filters=2, symmetry_channels=3)
    x = image()
    joined = keras.Model(model.inputs[0], model.get_layer("symmetry").output)(x)
    differences = np.abs(x - x[:, :, ::-1])[..., [0, 2, 3]]
    expected = np.concatenate([x, differences], axis=-1)
    assert_close(joined, expected, 1)


def test_combination_of_bfcn_sees_probabilities_of_both_branches():
    model = blank(bfcn, SMALL, base_filters=2)
    assert sources(model, "combine") == {"tissue_softmax", "boundary_softmax"}
    shapes = {name: x.shape[-1] for name, x in model.output.items()}
    assert shapes == {"tissue": 4, "boundary": 2, "combined": 4}


def test_drn_pools_nothing_and_sees_151_pixels():
    size = 161
    model = drn((size, size, 1), base_filters=1)
    strided = [x for x in model.layers if getattr(x, "strides", (1, 1)) != (1, 1)]
    assert not strided
    for layer in model.layers:  # so that nothing cancels or is cut off
        if isinstance(layer, keras.layers.Conv2D):
            weights = [np.full(w.shape, 0.1, np.float32) for w in layer.get_weights()]
            layer.set_weights(weights)
    x = np.zeros((1, size, size, 1), np.float32)
    changed = x.copy()
    changed[0, size // 2, size // 2] = 1
    difference = np.asarray(model(changed)) - np.asarray(model(x))
    rows = np.flatnonzero(np.abs(difference[0]).max(axis=(1, 2)))
    assert rows[-1] - rows[0] + 1 == 151


@pytest.mark.parametrize("build", [cu_net, unet, bfcn])
def test_sizes_that_the_poolings_do_not_divide(build):
    with pytest.raises(ValueError, match="input_shape"):
        build((30, 48, 4))
    with pytest.raises(ValueError, match="widths"):
        build(SMALL, base_filters=0)


def test_switches_that_do_not_exist():
    with pytest.raises(ValueError, match="aux_levels"):
        cu_net(SMALL, aux_levels="D")
    with pytest.raises(ValueError, match="branch2_classes"):
        cu_net(SMALL, branch2_classes=2)
    with pytest.raises(ValueError, match="symmetry_channels"):
        bfcn(SMALL, symmetry_channels=2)
