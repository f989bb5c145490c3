"""A test of many things fails for any of them, and names those."""

import pytest

from tests.each import each


def test_all_that_fail_are_named():
    @each([1, 2, 3, 4])
    def odd(number):
        assert number % 2, "even"

    with pytest.raises(AssertionError, match=r"(?s)^2: even.*\n\n4: even") as failed:
        odd()
    assert "1:" not in str(failed.value)
    assert odd.__name__ == "odd"


def test_nothing_to_check_is_a_mistake():
    with pytest.raises(AssertionError, match="nothing"):
        each([])(lambda thing: None)()
