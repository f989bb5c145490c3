"""Cropping, scaling and filling, against the original code and by hand."""

import numpy as np
import pytest

from common.errors import UserError
from papers.anisocascade.inference_protocol import Fill, Inference
from papers.anisocascade.preprocessing import patch_fill, prepare

ZEROS, NOISE = Inference(fill=Fill(mode="zeros")), Inference()


@pytest.fixture
def volumes():
    drawn = np.random.default_rng(0).integers(1, 900, (4, 14, 20, 22)).astype(np.int16)
    drawn[:, :6] = drawn[:, :, 12:] = 0  # so that 5 voxels of margin leave some out
    drawn[1, 7, 3, 4] = 0
    return list(drawn)


def test_box_and_brain(volumes):
    prepared = prepare(volumes, ZEROS)
    assert prepared.box == (slice(1, 14), slice(0, 17), slice(0, 22))
    np.testing.assert_array_equal(prepared.brain, volumes[0][prepared.box] > 0)
    assert prepared.images.shape == (*prepared.brain.shape, 4)
    assert prepared.images.dtype == np.float32


def test_each_modality_has_mean_0_and_deviation_1_over_its_own_voxels(volumes):
    prepared = prepare(volumes, ZEROS)
    for channel, volume in enumerate(volumes):
        own = volume[prepared.box] > 0
        values = prepared.images[..., channel].astype(np.float64)
        assert (values[~own] == 0).all() and (~own).any()
        np.testing.assert_allclose(values[own].mean(), 0, atol=1e-6)
        np.testing.assert_allclose(values[own].std(), 1, rtol=1e-6)


def test_noise_replaces_zeros_only(volumes):
    prepared, zeros = prepare(volumes, NOISE), prepare(volumes, ZEROS)
    for channel, volume in enumerate(volumes):
        own = volume[prepared.box] > 0
        received = prepared.images[..., channel]
        np.testing.assert_array_equal(received[own], zeros.images[..., channel][own])
        noise = received[~own]
        error = 5 / np.sqrt(noise.size)
        assert abs(noise.mean()) < error and abs(noise.std() - 1) < error
        assert np.unique(noise).size > 0.99 * noise.size


def test_the_seed_decides_the_noise(volumes):
    first, again = (prepare(volumes, NOISE).images for _ in range(2))
    np.testing.assert_array_equal(first, again)
    other = prepare(volumes, Inference(fill=Fill(seed=1))).images
    assert (first != other).any()


def test_each_patch_has_noise_of_its_own():
    shape = (2, 3, 4, 5)
    fills = [patch_fill(NOISE.fill, shape, *c) for c in ((0, 0), (0, 1), (1, 0))]
    fills.append(prepare_noise(shape))
    for i, first in enumerate(fills):
        assert first.dtype == np.float32 and first.shape == shape
        assert not any(np.array_equal(first, other) for other in fills[:i])
    np.testing.assert_array_equal(patch_fill(NOISE.fill, shape, 0, 1), fills[1])
    assert not patch_fill(ZEROS.fill, shape, 0, 1).any()


def prepare_noise(shape):
    """The noise of the background: everything is 0 but one voxel."""
    volumes = [np.ones(shape[:3]) for _ in range(4)]
    for volume in volumes[1:]:
        volume[1:] = 0
    return np.resize(prepare(volumes, NOISE).images[1:, ..., 1:], shape)


@pytest.mark.parametrize("bad", ["three", "shapes", "empty", "one empty"])
def test_what_cannot_be_prepared(volumes, bad):
    if bad == "three":
        volumes.pop()
    elif bad == "shapes":
        volumes[2] = volumes[2][1:]
    else:
        volumes[0 if bad == "empty" else 3][:] = 0
    # Of the shapes the caller is to blame, of the values the scan.
    error = ValueError if bad in ("three", "shapes") else UserError
    with pytest.raises(error, match="[Ee]xpected"):
        prepare(volumes, NOISE)


@pytest.mark.real
def test_equals_the_original(shared_data):
    recorded = np.load(shared_data / "oracle_aniso" / "data_process_cases.npz")
    volume, expected = recorded["norm/in"], recorded["norm/out_zero_background"]
    prepared = prepare([volume] * 4, ZEROS)
    np.testing.assert_allclose(
        prepared.images[..., 2], expected[prepared.box], rtol=0, atol=1e-6
    )


@pytest.mark.real
def test_equals_the_original_on_a_case(shared_data):
    recorded = np.load(shared_data / "oracle_aniso" / "pipeline_case_zero.npz")
    volumes = [recorded[f"raw_zyx/{name}"] for name in ("flair", "t1", "t1ce", "t2")]
    received = prepare(volumes, ZEROS).images
    np.testing.assert_allclose(received, recorded["stage1/input"], rtol=0, atol=2e-6)
