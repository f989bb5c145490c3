"""LinkNet and its variants against their description, fact by fact."""

from functools import cache

import keras
import numpy as np
import pytest

from common.blank import blank
from papers.linkdsl.networks import linknet
from tests.papers.linkdsl.oracle import Oracle, block_mean
from tests.rounding import assert_close

WIDTH = 8
SHAPE = (64, 96, 1)
SCALES = {"linknet": (1,), "dual": (1, 2), "triad": (1, 2, 4), "multi": (1, 2, 4, 8)}
over_scales = pytest.mark.parametrize("scales", SCALES.values(), ids=SCALES)


@pytest.fixture(scope="module")
def built():
    """Function from scales and options to a model, built once each."""
    models = {}

    def build(scales=(1,), shape=SHAPE, **options):
        key = (scales, shape, *sorted(options.items()))
        if key not in models:
            keras.utils.set_random_seed(0)
            models[key] = linknet(shape, scales, WIDTH, **options)
        return models[key]

    return build


@pytest.fixture(scope="module")
def structure():
    """The same function for tests that do not look at weights."""
    return cache(
        lambda scales=(1,), **more: blank(linknet, SHAPE, scales, WIDTH, **more)
    )


def layer_names(model):
    return {layer.name for layer in model.layers}


def inputs_of(model, name):
    """The layers whose output a layer takes."""
    tensors = model.get_layer(name).input
    tensors = tensors if isinstance(tensors, list) else [tensors]
    return [
        next(layer.name for layer in model.layers if layer.output is tensor)
        for tensor in tensors
    ]


def channels_into(model, name):
    return model.get_layer(name).input.shape[-1]


def image(shape=SHAPE):
    return np.random.default_rng(0).random((2, *shape), np.float32)


@pytest.mark.parametrize("name", ["linknet", "multi"])
def test_forward_pass_equals_the_oracle(built, name):
    model = built(SCALES[name])
    random = np.random.default_rng(0)
    ranges = {
        "gamma": (0.05, 0.1),
        "beta": (-0.2, 0.5),
        "moving_mean": (-0.2, 0.2),
        # So small that each epsilon matters.
        "moving_variance": (1e-3, 1e-2),
        "bias": (-0.1, 0.1),
    }
    for weight in model.weights:
        if (kind := weight.path.rsplit("/")[-1]) in ranges:
            weight.assign(random.uniform(*ranges[kind], weight.shape))
    x = image()
    taps = keras.Model(model.input, [model.get_layer("head3").output, model.output])
    logits, tumor = taps(x, training=False)
    expected = Oracle({w.path: w.numpy() for w in model.weights}, SCALES[name])(x)
    assert expected.std() > 0.1
    # Forty convolutions, each of sums of at most a thousand terms.
    assert_close(logits, expected, 40_000)
    assert_close(tumor, 1 / (1 + np.exp(-expected)), 40_000, np.abs(expected).max())


@over_scales
def test_sizes_and_widths_of_the_table(structure, scales):
    model = structure(scales)
    sizes = {
        "stem_relu": (2, 1),
        "pool": (4, 1),
        "enc1_b_relu": (4, 1),
        "enc2_b_relu": (8, 2),
        "enc3_b_relu": (16, 4),
        "enc4_b_relu": (32, 8),
        "link4_relu": (16, 4),
        "link3_relu": (8, 2),
        "link2_relu": (4, 1),
        "link1_relu": (4, 1),
        "head1_relu": (2, 0.5),
        "head2_relu": (2, 0.5),
    }
    for name, (stride, width) in sizes.items():
        expected = (None, 64 // stride, 96 // stride, int(width * WIDTH))
        assert model.get_layer(name).output.shape == expected, name
    assert model.output.shape == (None, 64, 96, 1)


@over_scales
def test_four_links_from_before_the_concatenations(structure, scales):
    model = structure(scales)
    # From the input of encoder block i to the output of decoder block i.
    sources = {1: "pool", 2: "enc1_b_relu", 3: "enc2_b_relu", 4: "enc3_b_relu"}
    following = {4: "dec3_reduce", 3: "dec2_reduce", 2: "dec1_reduce", 1: "head1"}
    for i, source in sources.items():
        assert inputs_of(model, f"link{i}") == [f"dec{i}_expand_relu", source]
        assert inputs_of(model, f"link{i}_relu") == [f"link{i}"]
        assert inputs_of(model, f"{following[i]}_conv") == [f"link{i}_relu"]
        assert isinstance(model.get_layer(f"link{i}"), keras.layers.Add)
    assert inputs_of(model, "pool") == ["stem_relu"]
    assert inputs_of(model, "dec4_reduce_conv") == ["enc4_b_relu"]


# Where each scale joins, and the widths that the next convolutions then see.
@pytest.mark.parametrize(
    ("scales", "options", "extra"),
    [
        ((1,), {}, {}),
        ((1, 2), {}, {"enc1_a_1": 1}),
        ((1, 4), {}, {"enc1_a_1": 1}),
        ((1, 8), {}, {"enc3_a_1": 1}),
        ((1, 2, 4), {}, {"enc1_a_1": 2}),
        ((1, 2, 4), {"quarter_at": "enc1"}, {"enc1_a_1": 1, "enc2_a_1": 1}),
        ((1, 2, 4, 8), {}, {"enc1_a_1": 2, "enc3_a_1": 1}),
        ((1, 2), {"fusion": "concat_conv"}, {}),
        ((1, 2), {"fusion": "conv_concat"}, {"enc1_a_1": 1}),
        ((1, 2), {"fusion": "resample"}, {"enc1_a_1": 1}),
    ],
    ids=str,
)
def test_scales_join_the_map_of_their_size(structure, scales, options, extra):
    model = structure(scales, **options)
    widths = {"enc1_a_1": 1, "enc2_a_1": 1, "enc3_a_1": 2, "enc4_a_1": 4}
    for name, width in widths.items():
        expected = width * WIDTH + extra.get(name, 0)
        assert channels_into(model, f"{name}_conv") == expected, name
        # A shortcut needs a projection where size or width change (type B).
        projected = name != "enc1_a_1" or "enc1_a_1" in extra
        shortcut = f"{name.removesuffix('1')}shortcut_conv"
        assert (shortcut in layer_names(model)) == projected, name
    back = [layer.name for layer in model.layers if "_back_conv" in layer.name]
    assert len(back) == (options.get("fusion") == "concat_conv") * (len(scales) - 1)


def test_projection_of_the_first_block(structure):
    model = structure((1, 2))
    shortcut = model.get_layer("enc1_a_shortcut_conv")
    assert shortcut.kernel.shape == (1, 1, WIDTH + 1, WIDTH)
    assert shortcut.strides == (1, 1)
    assert inputs_of(model, "enc1_a_add")[1] == "enc1_a_shortcut_bn"  # no ReLU
    assert inputs_of(structure(), "enc1_a_add")[1] == "pool"


@pytest.mark.parametrize("scaled_channels", [None, 1])
def test_scaled_image_is_the_mean_of_blocks(built, scaled_channels):
    shape = (64, 64, 2)  # the cascade's image and map
    model = built((1, 2, 4, 8), shape, scaled_channels=scaled_channels)
    names = {"half": 2, "quarter": 4, "eighth": 8}
    copies = keras.Model(model.input, [model.get_layer(n).output for n in names])
    x = image(shape)
    for received, factor in zip(copies(x), names.values(), strict=True):
        expected = block_mean(x, factor)[..., :scaled_channels]
        assert_close(received, expected, factor**2)


def test_biases_epsilons_and_momentum(structure):
    model = structure((1, 2, 4, 8))
    decoder = ("dec", "head")
    seen = set()
    for layer in model.layers:
        if isinstance(layer, keras.layers.Conv2D | keras.layers.Conv2DTranspose):
            assert layer.use_bias == layer.name.startswith(decoder), layer.name
            assert layer.padding == "same", layer.name
        if isinstance(layer, keras.layers.BatchNormalization):
            at_default = not layer.name.startswith(decoder) or layer.name == "head1_bn"
            assert layer.epsilon == (1e-5 if at_default else 1e-3), layer.name
            assert layer.momentum == 0.9, layer.name
            seen.add((layer.name.startswith(decoder), layer.epsilon))
    assert seen == {(False, 1e-5), (True, 1e-5), (True, 1e-3)}
    # The two-by-two step to full resolution has no normalization.
    assert inputs_of(model, "tumor") == ["head3"]


def test_weights_are_drawn_as_the_original_draws_them():
    keras.utils.set_random_seed(0)
    model = linknet((32, 32, 1), (1,), 48)
    checked = 0
    for layer in model.layers:
        if not isinstance(layer, keras.layers.Conv2D | keras.layers.Conv2DTranspose):
            continue
        kernel = layer.kernel.numpy()
        deviation = np.sqrt(2 / (kernel.shape[0] ** 2 * layer.filters))
        if kernel.size >= 5000:
            checked += 1
            assert kernel.std() == pytest.approx(deviation, rel=0.05), layer.name
            assert abs(kernel.mean()) < 0.05 * deviation, layer.name
            # Normal, not truncated at two deviations.
            assert np.abs(kernel).max() > 2.6 * deviation, layer.name
        assert not layer.use_bias or not layer.bias.numpy().any()
    assert checked > 25


RELUS = {f"link{i}_relu" for i in (1, 2, 3, 4)}


@pytest.mark.parametrize(
    ("name", "option", "dropped"),
    [
        ("linknet", "outer_link", {"link1"}),
        # The pool of the bare stem has no other use where scales join it.
        ("multi", "outer_link", {"link1", "pool"}),
        ("linknet", "post_sum_relu", RELUS),
        ("multi", "post_sum_relu", RELUS),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_switch_drops_one_thing_and_no_parameter(built, name, option, dropped):
    scales = SCALES[name]
    model, ported = built(scales), built(scales, **{option: False})
    assert layer_names(model) - layer_names(ported) == dropped
    assert layer_names(ported) <= layer_names(model)
    assert ported.count_params() == model.count_params()
    ported.set_weights(model.get_weights())
    x = image()
    change = np.abs(np.asarray(ported(x)) - np.asarray(model(x))).max()
    # Both summands of a link come out of a ReLU, so the one after the sum, which
    # the original has and ports drop, never changes anything.
    assert change == 0 if option == "post_sum_relu" else change > 1e-3


@pytest.mark.parametrize(
    ("arguments", "received"),
    [
        ({"input_shape": (100, 64, 1)}, r"input_shape=\(100, 64, 1\)"),
        ({"input_shape": (64, None, 1)}, "None"),
        ({"input_shape": (64, 64)}, r"input_shape=\(64, 64\)"),
        ({"scales": (2, 4)}, r"scales=\(2, 4\)"),
        ({"scales": ()}, r"scales=\(\)"),
        ({"scales": (1, 2, 2)}, r"scales=\(1, 2, 2\)"),
        ({"scales": (1, 3)}, r"scales=\(1, 3\)"),
        ({"base_filters": 0}, "base_filters=0"),
        ({"base_filters": 10}, "base_filters=10"),
        ({"base_filters": -4}, "base_filters=-4"),
        ({"fusion": "sum"}, "fusion=sum"),
        ({"quarter_at": "stem"}, "quarter_at=stem"),
        ({"scales": (1, 2, 4), "fusion": "resample"}, r"scales=\(1, 2, 4\)"),
    ],
    ids=str,
)
def test_bad_argument(arguments, received):
    with pytest.raises(ValueError, match=f"Received: .*{received}"):
        linknet(**{"input_shape": (64, 64, 1), **arguments})
