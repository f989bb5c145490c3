"""Arithmetic of the phantom: close to NumPy's, and equal on every processor."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from data.order import generator
from data.phantom import portable

ROOT = Path(__file__).resolve().parents[3]
# What each machine must draw: values of two small cases, and of nine slices.
VALUES = [
    "d0acc097760f7df048ec27da36a95b3b79a5eb92ab90a03ae84da1592a156f54",
    "55314851070ae745404aecb8175cfeb4ffd2b0fa6400bf3ca0ec8db920357ed3",
]
DRAW = """
import hashlib, sys
from data.figshare.mat_reader import read_slice
from data.phantom.brats.case import draw_case
from data.phantom.figshare.write import write_phantom
write_phantom(sys.argv[1], count=9, size=128)
found = hashlib.sha256()
for grade in (True, False):
    images, labels = draw_case(7, int(grade), 1, (16, 48, 48), grade)
    for array in (*images.values(), labels):
        found.update(array.astype("<i2").tobytes())
print(found.hexdigest())
found = hashlib.sha256()
for number in range(1, 10):
    item = read_slice(f"{sys.argv[1]}/{number}.mat")
    for array in (item.image, item.mask, item.border):
        found.update(array.astype("<f8").tobytes())
print(found.hexdigest())
"""
# The instructions that NumPy and OpenBLAS choose by the processor, switched off.
OTHER_PROCESSORS = {
    "this": {},
    "AVX2": {
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_SKX AVX512F",
        "OPENBLAS_CORETYPE": "Haswell",
    },
    "SSE": {
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 X86_V3 AVX512_SKX AVX512F AVX2 FMA3",
        "OPENBLAS_CORETYPE": "Nehalem",
        "OPENBLAS_NUM_THREADS": "1",
    },
}


@pytest.mark.parametrize("processor", OTHER_PROCESSORS)
def test_the_same_phantom_on_every_processor(processor, tmp_path):
    settings = os.environ | OTHER_PROCESSORS[processor]
    # Names of instructions that this processor lacks are warned about.
    command = [sys.executable, "-W", "ignore", "-c", DRAW, str(tmp_path / "p")]
    ended = subprocess.run(
        command, cwd=ROOT, env=settings, capture_output=True, text=True, check=True
    )
    assert ended.stdout.split() == VALUES


@pytest.mark.parametrize(("dtype", "atol"), [("f8", 1e-9), ("f4", 2e-5)])
@pytest.mark.parametrize("name", ["exp", "cos", "sin", "tanh"])
def test_functions_are_those_of_numpy(name, dtype, atol):
    x = np.linspace(-60, 4, 4001).astype(dtype)
    found = getattr(portable, name)(x)
    assert found.dtype == x.dtype
    np.testing.assert_allclose(found, getattr(np, name)(x.astype("f8")), atol=atol)


def test_roots():
    np.testing.assert_allclose(portable.cbrt(1e-3), 0.1, rtol=1e-15)
    np.testing.assert_allclose(portable.cbrt(27e6), 300, rtol=1e-15)
    assert portable.hypot(3.0, 4.0) == 5


def test_draws_have_the_moments_of_their_distribution():
    draws = portable.normal(generator(1), 3, [[2.0], [4.0]], (2, 40000))
    np.testing.assert_allclose(draws.mean(1), 3, atol=0.05)
    np.testing.assert_allclose(draws.std(1), [2, 4], rtol=0.02)
    assert portable.normal(generator(1)).shape == ()
    flat = portable.uniform(generator(1), [-1, 5], 9, (40000, 2))
    np.testing.assert_allclose(flat.mean(0), [4, 7], atol=0.05)
    assert flat.min() >= -1 and flat.max() < 9


def test_noise_is_smooth_and_of_unit_variance():
    noise = portable.noise(generator(2), (24, 30, 36))
    assert noise.dtype == np.float32 and noise.shape == (24, 30, 36)
    noise = noise[1:-1, 1:-1, 1:-1]  # at the edge it is stronger
    np.testing.assert_allclose([noise.mean(), noise.std()], [0, 1], atol=0.03)
    beside = np.corrcoef(noise[:, :, 1:].ravel(), noise[:, :, :-1].ravel())[0, 1]
    assert 0.3 < beside < 0.4  # 2 * 9 * 46 / (46² + 2 * 9²) = 0.36


def test_vectors():
    rows = portable.orthonormal(portable.normal(generator(3), size=(3, 3)))
    np.testing.assert_allclose(rows @ rows.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(portable.lengths(5 * rows), [[5]] * 3)


def test_products_are_exact_in_any_order():
    draws = portable.uniform(generator(4), -1, 1, (40, 24))
    order = generator(5).permutation(24)
    found = portable.product(draws, draws.T)
    assert (portable.product(draws[:, order], draws.T[order]) == found).all()
    np.testing.assert_allclose(found, draws @ draws.T, atol=1e-4)


def test_blurring_is_that_of_scipy():
    image = portable.normal(generator(6), size=(30, 17)).astype("f4")
    for sigma in (0.4, 3.3):
        found = portable.blur(image, sigma)
        assert found.dtype == np.float32
        expected = ndimage.gaussian_filter(image, sigma)
        np.testing.assert_allclose(found, expected, atol=1e-5)
    np.testing.assert_allclose(portable.deviation(image), image.std(), rtol=1e-4)
