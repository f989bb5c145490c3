"""Intervals of printed numbers, and what a finding says."""

import pytest

from common.audit.discrepancy import Discrepancy
from common.audit.interval import Interval, bound, mean, printed, span


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("0.788", 0.7875, 0.7885),
        ("0.7880", 0.78795, 0.78805),
        ("3757945", 3757944.5, 3757945.5),
        ("1.5 %", 0.0145, 0.0155),
        ("45%", 0.445, 0.455),
        ("6.4790", 6.47895, 6.47905),
        ("1e-4", 0.5e-4, 1.5e-4),
    ],
)
def test_printed_digits_limit_what_a_number_may_be(text, low, high):
    interval = printed(text)
    assert (interval.low, interval.high) == pytest.approx((low, high), rel=1e-12)
    assert interval.text == text


@pytest.mark.parametrize("text", ["", "O.7", "nan", "inf", "<1e-4"])
def test_texts_that_are_not_numbers(text):
    with pytest.raises(ValueError, match="Expected a"):
        printed(text)


def test_upper_bound():
    assert bound("1e-4") == Interval(0.0, 1e-4, "<1e-4")


def test_intervals():
    a, b = Interval(0.1, 0.2), Interval(0.2, 0.4)
    assert not a.is_apart(b) and not a.is_below(b)
    assert a.is_below(Interval(0.21, 0.3)) and Interval(0.21, 0.3).is_apart(a)
    middle = mean(iter([a, b]))
    assert (middle.low, middle.high) == pytest.approx((0.15, 0.3))
    difference = span(lambda x, y: x - y, a, b)
    assert (difference.low, difference.high) == pytest.approx((-0.3, 0))
    with pytest.raises(ValueError, match="low <= high"):
        Interval(1, 0)
    with pytest.raises(ValueError, match="severity=bad"):
        Discrepancy("1", "a", (), "rule", "bad", "", 0, 1, "")
