"""The named conventions of scores: how distances are taken, and what empty gives.

A name has two halves, such as `"border-max/brats"`: the rule of distances, one
of `common.metrics.surface.RULES`, and the rule of empty regions, one of
`common.metrics.empty_rule.EMPTY_RULES`.
"""

import math
from dataclasses import dataclass

from common.metrics.empty_rule import EMPTY_RULES
from common.metrics.surface import RULES

# What is measured, before the rules say how.
_DISTANCES = {
    "hd": "Hausdorff distance, mm",
    "hd95": "95th percentile of the Hausdorff distance, mm",
    "asd": "mean surface distance, mm",
}
_POOLS = {
    "specificity": "over the whole volume",
    "specificity_slices": "over the slices whose truth has tumor",
}


@dataclass(frozen=True)
class Convention:
    """A definition of every score, down to the cases that no formula covers.

    Args:
        distance: a name in `common.metrics.surface.RULES`.
        empty: a name in `common.metrics.empty_rule.EMPTY_RULES`.
    """

    distance: str
    empty: str

    @property
    def name(self):
        """Its name in `CONVENTIONS` and in the rows of cases."""
        return f"{self.distance}/{self.empty}"

    @property
    def empty_rule(self):
        """The `EmptyRule` of that name."""
        return EMPTY_RULES[self.empty]

    def describe(self, score):
        """Puts the definition of a score in words, for the readers of a table.

        Args:
            score: a name of `common.metrics.case_scores`, without its region.

        Raises:
            ValueError: there is no such score.
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
                f"Expected a score with a convention. Received: score={score!r}"
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

    Raises:
        ValueError: there is none of that name.
    """
    if name not in CONVENTIONS:
        raise ValueError(
            f"Expected a convention of {tuple(CONVENTIONS)}. Received: name={name!r}"
        )
    return CONVENTIONS[name]


def _value(number):
    return "left out" if math.isnan(number) else f"{number:.5g}"
