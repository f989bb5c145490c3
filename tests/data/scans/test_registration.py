"""Modalities that are moved or mirrored relative to the others, and only those."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from data.scans.registration import worst_placed

SHAPE = (96, 112, 104)


@pytest.fixture(scope="module")
def volumes():
    """Four contrasts of the same structures in the same ellipsoid, each with noise."""
    random = np.random.default_rng(0)
    structures = gaussian_filter(random.normal(size=SHAPE), 5)
    structures /= structures.std()
    axes = np.meshgrid(*(np.linspace(-1, 1, n) for n in SHAPE), indexing="ij")
    brain = sum(axis**2 for axis in axes) < 0.8
    contrasts = (structures, -structures, structures**2, np.tanh(2 * structures))
    return [
        np.where(brain, 1000 + 200 * (c + random.normal(0, 0.3, SHAPE)), 0)
        for c in contrasts
    ]


def test_aligned_volumes_are_not_reported(volumes):
    assert worst_placed(volumes) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda x: np.roll(x, 12, axis=0), "moved by 12 voxels down"),
        (lambda x: np.roll(x, -8, axis=1), "moved by 8 voxels to the back"),
        (lambda x: np.roll(x, 16, axis=2), "moved by 16 voxels right"),
        (lambda x: np.flip(x, axis=2), "mirrored from left to right"),
        (lambda x: np.flip(x, axis=1), "mirrored from front to back"),
    ],
)
@pytest.mark.parametrize("position", [0, 3])
def test_the_volume_that_is_moved_or_mirrored_is_named(
    volumes, position, change, words
):
    changed = list(volumes)
    changed[position] = change(volumes[position])
    assert worst_placed(changed) == (position, words)


def test_too_little_brain_is_not_judged(volumes):
    small = [volume[30:60, 40:70, 40:70] for volume in volumes]
    small[1] = np.flip(small[1], axis=2)
    assert worst_placed(small) is None
