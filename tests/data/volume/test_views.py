"""The three views of a volume, against transposition by hand."""

import numpy as np
import pytest

from data.volume.views import VIEWS, axes_from_view, axes_to_view, from_view, to_view

TRANSPOSED = {"axial": (0, 1, 2), "sagittal": (2, 0, 1), "coronal": (1, 0, 2)}


views = pytest.mark.parametrize("view", TRANSPOSED)


@views
def test_views_are_transpositions(view):
    array = np.arange(3 * 4 * 5 * 2).reshape(3, 4, 5, 2)
    turned = to_view(array, view)
    np.testing.assert_array_equal(turned, array.transpose(*TRANSPOSED[view], 3))
    np.testing.assert_array_equal(from_view(turned, view), array)
    np.testing.assert_array_equal(
        to_view(array[..., 0], view), array[..., 0].transpose(TRANSPOSED[view])
    )
    assert axes_to_view(array.shape[:3], view) == turned.shape[:3]
    assert axes_from_view(turned.shape[:3], view) == (3, 4, 5)
    assert set(VIEWS) == set(TRANSPOSED)
