"""Boxes against the indices of the elements that are not zero."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from common.boxes import bounding_box, union_box

relaxed = settings(deadline=None)
shapes = array_shapes(max_dims=4, max_side=5)


@relaxed
@given(arrays(st.sampled_from([bool, np.uint8, np.uint16]), shapes))
def test_holds_everything_that_is_not_zero_and_no_more(volume):
    box = bounding_box(volume)
    found = np.argwhere(volume)
    if len(found):
        expected = zip(found.min(0), found.max(0) + 1, strict=True)
        assert box == tuple(slice(a, b) for a, b in expected)
    else:
        assert volume[box].shape == (0,) * volume.ndim


@relaxed
@given(shapes.flatmap(lambda s: st.tuples(arrays(np.uint8, s), arrays(np.uint8, s))))
def test_union_is_the_box_of_both(volumes):
    either = (volumes[0] > 0) | (volumes[1] > 0)
    assert union_box(*volumes) == bounding_box(either)


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_box_drawn_by_hand(order):
    #  . . . .
    #  . X . .
    #  . . X .
    volume = np.zeros((3, 4), np.uint8, order)
    volume[1, 1] = volume[2, 2] = 4
    assert bounding_box(volume) == (slice(1, 3), slice(1, 3))
