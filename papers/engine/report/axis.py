"""A horizontal axis: where on it a number lies, in percent of its length."""

import math

import numpy as np


class Axis:
    """An axis that holds some numbers, with round ticks.

    Args:
        values: the numbers; those that are not finite are left out.
        zero: whether 0 is on the axis, whatever the numbers are.

    Attributes:
        ticks: `(percent, label)` of each tick, from left to right.
    """

    def __init__(self, values, zero=False):
        from matplotlib.ticker import MaxNLocator

        found = [value for value in values if math.isfinite(value)]
        found += [0.0] if zero or not found else []
        low, high = min(found), max(found)
        if low == high:
            low, high = low - 0.05, high + 0.05
        margin = 0.04 * (high - low)
        places = MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(low, high)
        self._low, self._high = low - margin, high + margin
        digits = max(0, -math.floor(math.log10(places[1] - places[0]) + 1e-9))
        self.ticks = [
            (self.at(place), f"{place + 0.0:.{digits}f}")
            for place in np.round(places, 12)
            if self._low <= place <= self._high
        ]

    def at(self, value):
        """Returns the place of a number in percent, or None if it is not finite."""
        if not math.isfinite(value):
            return None
        return round(100 * (value - self._low) / (self._high - self._low), 2)
