"""What a printed number may stand for: 0.788 is any value from 0.7875 to 0.7885."""

import itertools
import statistics
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

# For rounding errors of our arithmetic: intervals that touch are not apart.
_SLACK = 1e-9


@dataclass(frozen=True)
class Interval:
    """All values from `low` to `high`, both included.

    Args:
        low: the smallest value.
        high: the largest value.
        text: the number as printed, if it is one.
    """

    low: float
    high: float
    text: str = ""

    def __post_init__(self):
        if self.low > self.high:
            raise ValueError(
                f"Expected low <= high. Received: low={self.low}, high={self.high}"
            )

    def is_below(self, other):
        """Whether every value is smaller than every value of `other`."""
        return self.high < other.low - _SLACK * max(1.0, abs(other.low))

    def is_apart(self, other):
        """Whether the two have no value in common."""
        return self.is_below(other) or other.is_below(self)


def printed(text):
    """Returns the values that round to a printed number.

    Args:
        text: such as `"0.788"`, `"3757945"`, or `"1.5 %"`, which is 0.015. The
            last digit, trailing zeros included, shows how it was rounded.

    Raises:
        ValueError: the text is not a finite number.
    """
    number, percent = text.removesuffix("%").strip(), text.endswith("%")
    try:
        value = Decimal(number)
    except InvalidOperation as error:
        raise ValueError(f"Expected a number. Received: text={text!r}") from error
    if not value.is_finite():
        raise ValueError(f"Expected a finite number. Received: text={text!r}")
    half = Decimal(5).scaleb(value.as_tuple().exponent - 1)
    scale = 100 if percent else 1
    return Interval(float((value - half) / scale), float((value + half) / scale), text)


def bound(text):
    """Returns the values from zero to a number printed as an upper bound."""
    return Interval(0.0, float(Decimal(text)), f"<{text}")


def span(function, *intervals):
    """Returns the values that a function takes over intervals.

    Args:
        function: a function of as many numbers as there are intervals, monotonic
            in each of them, so that its extremes are at the corners.
        *intervals: the intervals of its arguments.
    """
    values = [
        function(*corner)
        for corner in itertools.product(*((i.low, i.high) for i in intervals))
    ]
    return Interval(min(values), max(values))


def mean(intervals):
    """Returns the values that the mean of one number per interval can have."""
    intervals = list(intervals)
    return Interval(
        statistics.fmean(interval.low for interval in intervals),
        statistics.fmean(interval.high for interval in intervals),
    )
