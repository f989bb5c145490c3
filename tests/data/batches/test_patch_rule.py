"""The rule of patches: where their centers may lie."""

import numpy as np
import pytest

from data.batches.patch_rule import PatchRule
from data.order import generator

IMAGE, LABEL = (9, 12, 14), (5, 12, 14)


@pytest.mark.parametrize("length", [4, 12, 13, 30])
def test_centers_are_uniform_over_what_the_mode_allows(length):
    rule = PatchRule(IMAGE, LABEL)
    random = generator(1, length)
    drawn = [rule.draw_center(random, (length,) * 3) for _ in range(3000)]
    allowed = [range(length + 1)]  # full: both ends
    for wanted in LABEL[1:]:
        low, high = wanted // 2, length - wanted // 2
        allowed.append(range(low, high + 1) if high > low else [length // 2])
    for values, expected in zip(zip(*drawn, strict=True), allowed, strict=True):
        counts = np.bincount(values, minlength=length + 1)
        assert set(np.flatnonzero(counts)) == set(expected)
        even = 3000 / len(expected)
        assert (abs(counts[counts > 0] - even) < 5 * np.sqrt(even) + 1).all()


def test_impossible_rules_are_refused():
    with pytest.raises(ValueError, match="view='oblique'"):
        PatchRule(IMAGE, LABEL, "oblique")
    with pytest.raises(ValueError, match="centers="):
        PatchRule(IMAGE, LABEL, centers=("full", "same", "valid"))
