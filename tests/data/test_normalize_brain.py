"""The readers' default normalization, of windows of any shape."""

import numpy as np
import pytest

from data.normalize import brain_zscore
from data.order import generator
from data.prepared.pack import pack_volume
from tests.data.prepared.small_cases import MODALITIES, normalized, whole_grid


@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_it_is_standardize_with_the_nonzero_statistics(dtype):
    images, _ = whole_grid(3, (9, 12, 11))
    by_name = {name: images[..., i] for i, name in enumerate(MODALITIES)}
    info, _ = pack_volume(by_name, None, np.eye(4))
    images = images.astype(dtype)
    scores = brain_zscore(images, info)
    assert scores.dtype == np.float32
    expected = scores
    np.testing.assert_allclose(scores, normalized(images), atol=1e-5)
    # Any part of it, and windows that lie apart in memory.
    np.testing.assert_array_equal(brain_zscore(images[4], info), expected[4])
    window = (slice(2, 7), slice(1, 9), slice(3, 8))
    np.testing.assert_array_equal(brain_zscore(images[window], info), expected[window])
    for empty in (images[:0], images[:, :0], images[:, :, :0]):
        assert brain_zscore(empty, info).shape == empty.shape


def test_constant_modality_becomes_zero():
    image = generator(0, 1).integers(1, 9, (4, 5, 6))
    by_name = {"flair": image, "t1": np.where(image > 4, 7, 0)}
    info, arrays = pack_volume(by_name, None, np.eye(4))
    scores = brain_zscore(arrays["images"], info)
    assert np.isfinite(scores).all() and not scores[..., 1].any()
