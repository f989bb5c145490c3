"""The four networks against their description, fact by fact."""

import keras
import numpy as np
import pytest
from scipy import ndimage

from common.blank import blank
from common.evidence import describe, protocol_digest, replace
from papers.hierdice.bilinear import Bilinear, bilinear_profile
from papers.hierdice.networks import (
    fcn8s_vgg16,
    residual_unet,
    resnet50_skip,
    unet,
)
from papers.hierdice.protocol import METHODS, Protocol
from papers.hierdice.segmentation import build_network
from papers.hierdice.skip_decoder import upsample
from tests.rounding import assert_close, sum_room

FULL, SMALL = (240, 240, 4), (48, 48, 4)
BUILDERS = (fcn8s_vgg16, unet, resnet50_skip, residual_unet)


@pytest.mark.parametrize(
    "build, options, total, fixed",
    [
        (fcn8s_vgg16, {}, 14_730_079, 0),
        (fcn8s_vgg16, {"fusion": "seq"}, 14_728_879, 0),
        (fcn8s_vgg16, {"fusion": "full"}, 14_856_079, 0),
        (unet, {}, 31_032_581, 0),
        (resnet50_skip, {}, 23_617_183, 53_120),
        (residual_unet, {}, 32_454_917, 17_664),
    ],
)
def test_numbers_of_parameters_and_output(build, options, total, fixed):
    model = blank(build, FULL, **options)
    assert model.count_params() == total
    assert sum(int(np.prod(w.shape)) for w in model.non_trainable_weights) == fixed
    assert model.output_shape == (None, 240, 240, 5)


@pytest.mark.parametrize("build", BUILDERS)
@pytest.mark.parametrize("size", [32, 48])
def test_probabilities_of_the_classes(build, size):
    model = build((size, size + 16, 4), base_filters=4)
    x = np.random.default_rng(0).random((2, size, size + 16, 4), np.float32)
    probability = np.asarray(model(x, training=True))
    assert probability.shape == (2, size, size + 16, 5)
    assert_close(probability.sum(-1), 1, 2 * 5)
    assert probability.std() > 1e-3


@pytest.mark.parametrize("scale", [2, 4, 8])
def test_transposed_convolution_begins_as_interpolation(scale):
    size = 15
    inputs = keras.Input((size, size, 3))
    cut = (size * scale - scale // 2,) * 2
    model = keras.Model(inputs, upsample(inputs, scale, cut, name="up"))
    x = np.random.default_rng(0).random((1, size, size, 3)).astype(np.float32)
    # An independent bilinear interpolation: cell centers, zeros beyond the map.
    centers = (np.arange(cut[0]) + 0.5) / scale - 0.5
    grid = np.meshgrid(centers, centers, indexing="ij")
    padded = np.pad(x[0], ((1, 1), (1, 1), (0, 0)))
    expected = np.stack(
        [
            ndimage.map_coordinates(padded[..., c], np.add(grid, 1), order=1)
            for c in range(3)
        ],
        axis=-1,
    )
    assert_close(np.asarray(model(x))[0], expected, 4, scale=1)
    ones = np.asarray(model(np.ones_like(x)))[0, ..., 0]
    inside = ones[scale:-scale, scale:-scale]
    assert_close(inside, 1, 4)
    corner = {2: 0.5625, 4: 0.390625, 8: 0.31640625}[scale]
    assert ones[0, 0] == pytest.approx(corner, abs=sum_room(4))


def test_bilinear_kernel():
    np.testing.assert_allclose(bilinear_profile(4), [0.25, 0.75, 0.75, 0.25])
    rising = (np.arange(8) + 0.5) / 8
    np.testing.assert_allclose(bilinear_profile(16), [*rising, *rising[::-1]])
    kernel = np.asarray(Bilinear()((8, 8, 2, 3)))
    for out in range(2):
        for channel in range(3):
            assert kernel[..., out, channel].any() == (out == channel)
    for shape in ((3, 3, 2, 2), (6, 6, 2, 2), (4, 8, 2, 2)):
        with pytest.raises(ValueError, match="multiple of 4"):
            Bilinear()(shape)


@pytest.mark.parametrize("build", [fcn8s_vgg16, resnet50_skip])
def test_sizes_of_the_skip_connections(build):
    model = blank(build, FULL)
    sizes = {"score8": 30, "score16": 15, "score32": 8, "fuse8": 30, "up8": 240}
    for name, size in sizes.items():
        assert model.get_layer(name).output.shape == (None, size, size, 5), name
    assert model.get_layer("up32").output.shape == (None, 32, 32, 5)
    assert model.get_layer("up32_crop").output.shape == (None, 30, 30, 5)
    scales = [model.get_layer(f"weight{s}").scale for s in (16, 32)]
    assert scales == [2.0, 4.0]


def interpolated(scores, scale, size):
    """Bilinear interpolation: cell centers, zeros beyond the map, cut to a size."""
    centers = (np.arange(size) + 0.5) / scale + 0.5
    grid = np.meshgrid(centers, centers, indexing="ij")
    padded = np.pad(scores, ((1, 1), (1, 1), (0, 0)))
    maps = [
        ndimage.map_coordinates(padded[..., c], grid, order=1)
        for c in range(scores.shape[-1])
    ]
    return np.stack(maps, -1)


# Of an image of 48 pixels, strides 8, 16 and 32 have maps of 6, 3 and 2.
FUSED = {
    "par8": lambda of8, of16, of32: (
        of8 + interpolated(of16, 2, 6) + interpolated(of32, 4, 6)
    ),
    "seq": lambda of8, of16, of32: (
        of8 + interpolated(of16 + interpolated(of32, 2, 3), 2, 6)
    ),
    "full": lambda of8, of16, of32: (
        interpolated(of8, 8, 48)
        + interpolated(of16, 16, 48)
        + interpolated(of32, 32, 48)
    ),
}


@pytest.mark.parametrize("fusion", FUSED)
@pytest.mark.parametrize("build", [fcn8s_vgg16, resnet50_skip])
def test_fusion_is_the_weighted_sum(build, fusion):
    weights = (3, 5, 7)
    model = build(SMALL, base_filters=4, fusion=fusion, skip_weights=weights)
    names = ["score8", "score16", "score32", "fuse" if fusion == "full" else "fuse8"]
    parts = keras.Model(model.inputs[0], [model.get_layer(n).output for n in names])
    x = np.random.default_rng(0).random((1, *SMALL), np.float32)
    *scores, total = (np.asarray(part)[0] for part in parts(x))
    assert [len(of) for of in scores] == [6, 3, 2]
    assert min(of.std() for of in scores) > 1e-4
    expected = FUSED[fusion](*(w * of for w, of in zip(weights, scores, strict=True)))
    scale = sum(w * np.abs(of).max() for w, of in zip(weights, scores, strict=True))
    assert_close(total, expected, 3 * 4, scale)


def test_vgg16_is_that_of_keras():
    ours = [w for w in blank(fcn8s_vgg16, FULL).weights if w.path.startswith("block")]
    original = keras.applications.VGG16
    theirs = blank(original, False, None, input_shape=(240, 240, 3)).weights
    assert [w.path for w in ours] == [w.path for w in theirs]
    assert [w.shape for w in ours[1:]] == [w.shape for w in theirs[1:]]
    assert ours[0].shape == (3, 3, 4, 64)


def test_resnet50_is_that_of_keras():
    shape = (48, 80, 3)
    theirs = keras.applications.ResNet50(False, None, input_shape=shape)
    ours = resnet50_skip(shape)
    random = np.random.default_rng(0)
    for layer in theirs.layers:
        mine = ours.get_layer(layer.name) if layer.weights else None
        if mine is not None:
            values = [
                random.uniform(0.5, 1.5, w.shape)
                if len(w.shape) == 1
                else random.normal(0, 0.02, w.shape)
                for w in layer.weights
            ]
            layer.set_weights(values)
            mine.set_weights(values)
    names = ("conv3_block4_out", "conv4_block6_out", "conv5_block3_out")
    x = random.random((1, *shape), np.float32)
    outputs = [
        keras.Model(m.inputs[0], [m.get_layer(n).output for n in names])(x)
        for m in (ours, theirs)
    ]
    for mine, other in zip(*outputs, strict=True):
        assert np.asarray(mine).std() > 1e-3
        # Fifty convolutions, each of sums of at most a few thousand terms.
        room = sum_room(100_000, np.abs(other).max())
        np.testing.assert_allclose(mine, other, rtol=0, atol=room)


def test_unet_pools_four_times_and_joins_every_level():
    model = blank(unet, FULL, base_filters=4)
    for level, size in enumerate((240, 120, 60, 30), 1):
        assert model.get_layer(f"enc{level}_conv2").output.shape[1] == size
        filters = 4 * 2 ** (level - 1)
        joined = model.get_layer(f"concat{level}").output.shape
        assert joined == (None, size, size, 2 * filters)
    assert model.get_layer("bottom_conv2").output.shape == (None, 15, 15, 64)
    kinds = {type(layer) for layer in model.layers}
    assert not kinds & {keras.layers.BatchNormalization, keras.layers.Dropout}


def test_residual_unit_by_hand():
    model = residual_unet(SMALL, base_filters=8)
    x = np.random.default_rng(0).random((1, *SMALL), np.float32)
    names = ("enc1_2_bn", "enc1_shortcut_bn", "enc1_relu")
    parts = keras.Model(model.inputs[0], [model.get_layer(n).output for n in names])
    path, shortcut, out = map(np.asarray, parts(x))
    assert_close(out, np.maximum(path + shortcut, 0), 1)
    assert not [w.path for w in model.weights if "conv/bias" in w.path]
    norms = [x for x in model.layers if isinstance(x, keras.layers.BatchNormalization)]
    assert len(norms) == 27
    assert {(n.momentum, n.epsilon, n.synchronized) for n in norms} == {
        (0.99, 1e-3, False)
    }


def test_the_protocol_decides_normalizations_and_the_activation_after_up_sampling():
    changes = {"batch_norm_momentum": 0.9, "batch_norm_epsilon": 1e-5}
    changes |= {"up_activation": "none", "base_filters": 4}
    protocol = replace(Protocol(), {f"network.{k}": v for k, v in changes.items()})
    models = {
        method.builder: blank(build_network, method, protocol, SMALL[:2])
        for method in METHODS[:4]
    }
    for builder, epsilon in (("residual_unet", 1e-5), ("resnet50_skip", 1.001e-5)):
        norms = [
            (x.momentum, x.epsilon)
            for x in models[builder].layers
            if isinstance(x, keras.layers.BatchNormalization)
        ]
        assert set(norms) == {(0.9, epsilon)}
    assert models["unet"].get_layer("up1").activation is keras.activations.linear
    default = blank(unet, SMALL, base_filters=4)
    assert default.get_layer("up1").activation is keras.activations.relu


def test_values_that_came_later_change_no_hash():
    """Runs from before they were values are still found."""
    added = {"network.batch_norm_momentum", "network.batch_norm_epsilon"}
    added |= {"network.up_activation", "training.staircase"}
    added |= {"inference.softmax_classifier"}
    entries = describe(Protocol())
    assert {entry.key for entry in entries if not entry.in_hash} == added
    smooth = replace(Protocol(), {"training.staircase": False})
    assert protocol_digest(smooth) != protocol_digest(Protocol())


@pytest.mark.parametrize("build", BUILDERS)
def test_arguments_that_do_not_fit(build):
    with pytest.raises(ValueError, match="input_shape"):
        build((36, 48, 4))
    with pytest.raises(ValueError, match="base_filters"):
        build(SMALL, base_filters=2)


def test_fusions_that_do_not_exist():
    with pytest.raises(ValueError, match="fusion"):
        fcn8s_vgg16(SMALL, base_filters=4, fusion="sum")
    with pytest.raises(ValueError, match="weights"):
        fcn8s_vgg16(SMALL, base_filters=4, skip_weights=(1, 2))
