"""Named conventions of scores: how distances are measured and how empty regions score.

A name has two halves, such as `"border-max/brats"`: the rule for distances, one of
`common.metrics.surface.RULES`, and the rule for empty regions, one of
`common.metrics.empty_rule.EMPTY_RULES`.
"""

import math
from dataclasses import dataclass

from common.metrics.empty_rule import EMPTY_RULES
from common.metrics.surface import RULES

# What is measured; the rules add how.
_DISTANCES = {
    "hd": "Hausdorff distance, mm",
    "hd95": "95th percentile of the Hausdorff distance, mm",
    "asd": "average symmetric surface distance, mm",
}
_POOLS = {
    "specificity": "over the whole volume",
    "specificity_slices": "over the slices whose truth has tumor",
}


@dataclass(frozen=True)
class Convention:
    """A complete definition of every score, including cases that no formula covers.

    Args:
        distance: a name in `common.metrics.surface.RULES`.
        empty: a name in `common.metrics.empty_rule.EMPTY_RULES`.
    """

    distance: str
    empty: str

    @property
    def name(self):
        """The convention's name in `CONVENTIONS` and in the rows of cases."""
        return f"{self.distance}/{self.empty}"

    @property
    def empty_rule(self):
        """The `EmptyRule` of that name."""
        return EMPTY_RULES[self.empty]

    def describe(self, score):
        """Puts the definition of a score into words, for the readers of a table.

        Args:
            score: a name of `common.metrics.case_scores` without the region.

        Returns:
            One line of text.

        Raises:
            ValueError: there is no such score.

        Example:

        >>> CONVENTIONS["border-max/brats"].describe("dice")
        'per case; both empty: 1; one empty: 0'
        """
        rule = self.empty_rule
        both, one = f"both empty: {_value(rule.both_score)}", _value(rule.one_score)
        if score in _DISTANCES:
            words = [_DISTANCES[score], RULES[self.distance]]
            words += [f"both empty: {_value(rule.both_distance)}"]
            words += [f"one empty: {_value(rule.one_distance)}"]
        elif score in ("dice", "iou"):
            words = [both, "one empty: 0"]
        elif score == "precision":
            words = [both, f"only the prediction empty: {one}"]
        elif score == "sensitivity":
            words = [both, f"only the truth empty: {one}"]
        elif score in _POOLS:
            words = [_POOLS[score], "no background: left out"]
        else:
            raise ValueError(
                f"Expected a score that a convention defines. Received: score={score!r}"
            )
        return "; ".join(["per case", *words])


CONVENTIONS = {
    convention.name: convention
    for convention in (
        Convention(distance, empty) for distance in RULES for empty in EMPTY_RULES
    )
}


def find_convention(name):
    """Finds a convention by its name.

    Args:
        name: a key of `CONVENTIONS`.

    Returns:
        A `Convention`.

    Raises:
        ValueError: there is no convention of that name.
    """
    if name not in CONVENTIONS:
        raise ValueError(
            f"Expected one of the conventions {tuple(CONVENTIONS)}. "
            f"Received: name={name!r}"
        )
    return CONVENTIONS[name]


def _value(number):
    return "left out" if math.isnan(number) else f"{number:.5g}"
