"""The fusion of three maps: each rule by a case made for it."""

import numpy as np
import pytest

from papers.anisocascade.cascade import fuse_stages
from papers.anisocascade.inference_protocol import Cascade

SHAPE = (30, 40, 50)
RULE = Cascade()


def block(*ranges):
    mask = np.zeros(SHAPE, bool)
    mask[tuple(slice(*one) for one in ranges)] = True
    return mask


WHOLE = block((5, 20), (5, 20), (5, 20))
CORE = block((8, 16), (8, 16), (8, 16))
ENHANCING = block((10, 14), (10, 14), (10, 14))
NONE = np.zeros(SHAPE, bool)


def expected(whole, core=NONE, enhancing=NONE):
    labels = np.zeros(SHAPE, np.uint8)
    for mask, label in ((whole, 2), (core, 1), (enhancing, 4)):
        labels[mask] = label
    return labels


def check(received, *masks):
    np.testing.assert_array_equal(received, expected(*masks))
    assert received.dtype == np.uint8


def test_nested_maps():
    check(fuse_stages(WHOLE, CORE, ENHANCING, RULE), WHOLE, CORE, ENHANCING)


def test_a_core_belongs_to_the_whole_tumor():
    # Half of it lies outside: it is kept, and the whole tumor grows.
    core = block((8, 16), (8, 16), (14, 26))
    check(fuse_stages(WHOLE, core, NONE, RULE), WHOLE | core, core)


def test_a_core_that_lies_outside_goes():
    beside = block((8, 16), (8, 16), (20, 26))  # it touches the whole tumor
    check(fuse_stages(WHOLE, CORE | beside, NONE, RULE), WHOLE, CORE)
    mostly = block((8, 16), (8, 16), (17, 26))
    check(fuse_stages(WHOLE, mostly, NONE, RULE), WHOLE)


def test_a_small_piece_away_from_the_tumor_goes():
    piece = block((24, 27), (30, 34), (30, 34))
    check(fuse_stages(WHOLE | piece, CORE | piece, piece, RULE), WHOLE, CORE)


def test_a_large_second_tumor_stays():
    second = block((5, 20), (25, 38), (30, 45))
    assert second.sum() > RULE.whole_size
    check(fuse_stages(WHOLE | second, CORE, NONE, RULE), WHOLE | second, CORE)


@pytest.mark.parametrize(("side", "kept"), [(3, False), (5, True)])
def test_a_second_core_stays_if_it_is_not_far_smaller(side, kept):
    second = block((6, 6 + side), (6, 6 + side), (25, 25 + side))
    whole = block((5, 20), (5, 20), (5, 35))
    core = CORE | second if kept else CORE
    check(fuse_stages(whole, CORE | second, NONE, RULE), whole, core)


@pytest.mark.parametrize(("width", "kept"), [(9, False), (10, True)])
def test_fewer_than_30_enhancing_voxels_are_none(width, kept):
    core = block((8, 16), (8, 16), (7, 19))
    enhancing = block((10, 13), (10, 11), (8, 8 + width))
    check(fuse_stages(WHOLE, core, enhancing, RULE), WHOLE, core, enhancing & kept)


def test_enhancing_tumor_is_core_even_where_the_core_was_not_seen():
    check(fuse_stages(WHOLE, NONE, ENHANCING, RULE), WHOLE, ENHANCING, ENHANCING)


def test_a_hole_in_the_core_is_closed():
    core = CORE.copy()
    core[12, 12, 12] = False
    check(fuse_stages(WHOLE, core, NONE, RULE), WHOLE, CORE)


@pytest.mark.parametrize("masks", [(NONE,) * 3, (NONE, NONE, ENHANCING)])
def test_without_a_whole_tumor_there_is_none(masks):
    check(fuse_stages(*masks, RULE), NONE)
