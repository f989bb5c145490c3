"""Hashes of arrays: equal values, equal hashes."""

import numpy as np
import pytest

from data.digests import digest_picture, digest_values

WHOLE = np.arange(-6, 18).reshape(2, 3, 4)
TYPES = ("i2", "i4", "i8", "f4", "f8", ">i4", ">f8")


def test_the_type_does_not_matter():
    assert len({digest_values(WHOLE.astype(kind)) for kind in TYPES}) == 1
    halves = WHOLE / 2
    assert digest_values(halves.astype("f4")) == digest_values(halves)
    assert digest_values(WHOLE > 3) == digest_values((WHOLE > 3).astype("u1"))


@pytest.mark.parametrize("values", [[2**15], [2**24 + 1], [2**60 + 1], [np.inf]])
def test_large_values_of_any_type(values):
    given = np.array(values)
    assert digest_values(given) == digest_values(given.copy())
    assert digest_values(given) != digest_values(np.zeros_like(given))
    if given.dtype.kind == "i":
        assert digest_values(given) != digest_values(given - 1)


def test_zero_has_no_sign():
    assert digest_values(np.array([0.5, -0.0])) == digest_values(np.array([0.5, 0.0]))


def test_values_shape_and_last_digits_matter():
    tenth = np.array([0.1, 1.0])
    other = [tenth.astype("f4"), tenth[:1], tenth[None], tenth + 1e-16, -tenth]
    assert len({digest_values(array) for array in (tenth, *other)}) == 6


def test_memory_order_does_not_matter():
    assert digest_values(np.asfortranarray(WHOLE)) == digest_values(WHOLE)


def test_a_picture_is_known_again_by_its_content():
    image = np.zeros((4, 5, 6))
    image[1:3, 2:4, 1:5] = np.random.default_rng(1).normal(size=(2, 2, 4))
    same = [image, image.astype("f4"), image[:, 1:], np.pad(image, 2)]
    assert len({digest_picture(array) for array in same}) == 1
    assert digest_picture(image) != digest_picture(image[::-1])
    assert digest_picture(np.zeros((3, 3))) == digest_picture(np.zeros((4, 3)))


def test_texts_are_refused():
    with pytest.raises(ValueError, match="real numbers"):
        digest_values(np.array(["a"]))
