"""Slabs of a view: coverage, what a network sees, and the released tiling's slip."""

import dataclasses

import numpy as np
import pytest

from papers.anisocascade.inference_protocol import Fill, Inference, Tiling
from papers.anisocascade.slabs import patch_size, predict_view, slab_centers

ZEROS = Inference(fill=Fill(mode="zeros"))
SMALLEST = (12, 8)


@pytest.mark.parametrize(
    ("slices", "min_size", "expected"),
    [
        ((146, 175), (180, 160), (180, 176)),
        ((96, 90), (96, 96), (96, 96)),
        ((97, 90), (96, 96), (100, 96)),
        ((76, 64), (68, 56), (76, 64)),
    ],
)
def test_patch_size(slices, min_size, expected):
    assert patch_size(slices, min_size) == expected


@pytest.mark.parametrize("depth", [11, 12, 21, 22, 33, 34, 100, 145, 155])
def test_slabs_cover_a_view(depth):
    centers = slab_centers(depth, 11)
    assert len(centers) == -(-depth // 11)
    rows = [c + i for c in centers for i in range(-5, 6)]
    assert set(range(depth)) <= set(rows) and min(rows) == 0
    # As in the released code a slab that was moved back overhangs by one.
    assert max(rows) == (depth - 1 if depth % 11 == 0 else depth)


class Recorder:
    """A network that returns the middle of the first channel."""

    def __init__(self):
        self.batches = []

    def __call__(self, patches):
        self.batches.append(patches.copy())
        return patches[:, 4:-4, :, :, 0]


def image_of(depth, height=10, width=9):
    return np.random.default_rng(depth).random(
        (depth, height, width, 2), dtype=np.float32
    )


@pytest.mark.parametrize("depth", [1, 4, 10, 11, 12, 33, 55, 60])
def test_every_voxel_comes_from_its_own_place(depth):
    image = image_of(depth)
    received = predict_view(image, Recorder(), SMALLEST, Inference())
    np.testing.assert_array_equal(received, image[..., 0])


def test_what_the_network_sees():
    image, network = image_of(23), Recorder()
    predict_view(image, network, SMALLEST, ZEROS)
    (patches,) = network.batches
    assert patches.shape == (5, 19, 12, 12, 2)  # width 9 > 8 grows to 12
    # By loops: slab 1 has its middle at slice 16, the plane at (5, 4).
    for slab, center in enumerate((5, 16, 18)):
        for s, y, x in np.ndindex(19, 12, 12):
            there = (center - 9 + s, 5 - 6 + y, 4 - 6 + x)
            inside = all(0 <= a < n for a, n in zip(there, image.shape, strict=False))
            expected = image[there] if inside else [0, 0]
            np.testing.assert_array_equal(patches[slab, s, y, x], expected)
    assert not patches[3:].any()


def test_noise_stands_beyond_the_volume_and_in_spare_patches():
    image, network = np.zeros((23, 10, 9, 2), np.float32), Recorder()
    predict_view(image, network, SMALLEST, Inference())
    (patches,) = network.batches
    assert (patches[3:] != 0).all() and (patches[0, :4] != 0).all()
    assert (patches[0, 4:, 1:11, 2:11] == 0).all()
    spare = patches[3:].ravel()
    assert abs(spare.mean()) < 5 / np.sqrt(spare.size)
    assert not np.array_equal(patches[3], patches[4])


def test_networks_have_noise_of_their_own_and_the_same_in_every_run():
    image, seen = image_of(23), []
    for number in (0, 0, 1):
        network = Recorder()
        predict_view(image, network, SMALLEST, Inference(), number)
        seen.append(network.batches[0])
    np.testing.assert_array_equal(seen[0], seen[1])
    assert (seen[0][4] != seen[2][4]).all()


@pytest.mark.parametrize(
    ("depth", "overwritten"),
    [(33, range(23, 33)), (145, range(135, 145)), (55, ()), (100, ()), (7, range(7))],
)
def test_the_released_tiling_overwrites_the_tail(depth, overwritten):
    tiling = dataclasses.replace(Tiling(), tail_overwrite=True)
    image = image_of(depth) + 1
    protocol = dataclasses.replace(ZEROS, tiling=tiling)
    received = predict_view(image, Recorder(), SMALLEST, protocol)
    expected = image[..., 0].copy()
    expected[list(overwritten)] = 0  # what the network makes of a spare patch
    np.testing.assert_array_equal(received, expected)


def test_batches_and_progress():
    network, steps = Recorder(), []
    predict_view(
        image_of(60),
        network,
        SMALLEST,
        ZEROS,
        progress=lambda done, total: steps.append((done, total)),
    )
    assert [len(patches) for patches in network.batches] == [5, 5]
    assert steps == [(1, 2), (2, 2)]
