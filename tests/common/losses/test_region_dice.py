"""The three forms of the Dice loss of regions against explicit sums."""

import numpy as np
import pytest

from common.losses.region_dice import RegionDice, two_term_dice
from tests.common.losses.reference import NESTED, drawn, five_pixels, is_region
from tests.rounding import assert_close

REFERENCE = {
    "two_term": (0.18261506, 0.27180599, 0.35595623, 0.27012576),
    "plain": (0.15086229, 0.32707827, 0.59784247, 0.35859435),
    "squared": (0.04697663, 0.14144068, 0.42941482, 0.20594404),
}


@pytest.mark.parametrize("form", REFERENCE)
def test_reference_values(form):
    for regions, value in zip(
        (*([r] for r in NESTED), NESTED), REFERENCE[form], strict=True
    ):
        loss = RegionDice(regions, form, dtype="float64")
        assert float(loss(*five_pixels())) == pytest.approx(value, abs=1e-8)


def definition(form, r, p, e):
    if form == "two_term":
        inside = ((p * r).sum() + e) / (p.sum() + r.sum() + e)
        both = (1 - p) * (1 - r)
        return 1 - inside - (both.sum() + e) / ((1 - p).sum() + (1 - r).sum() + e)
    power = 1 if form == "plain" else 2
    return 1 - (2 * (p * r).sum() + e) / ((p**power).sum() + r.sum() + e)


@pytest.mark.parametrize("form", REFERENCE)
def test_sums_are_over_the_batch(form):
    labels, p = drawn()
    received = np.asarray(RegionDice(NESTED, form, 1e-3).call(labels, p))
    expected = np.mean(
        [
            definition(form, is_region(labels, region), p[..., region].sum(-1), 1e-3)
            for region in NESTED
        ]
    )
    # One minus up to two quotients of sums.
    assert_close(received, np.full(3, expected), 4 * labels.size, scale=1)


def test_perfect_and_empty():
    r = np.zeros((2, 4, 4))
    r[0, 1:3, 1:3] = 1
    assert float(two_term_dice(r, r)) == pytest.approx(0, abs=1e-6)
    nothing = np.zeros_like(r)
    assert float(two_term_dice(nothing, nothing)) == pytest.approx(-0.5, abs=1e-6)
    assert float(two_term_dice(r, 1 - r)) == pytest.approx(1, abs=1e-5)


def test_unknown_forms_are_refused():
    with pytest.raises(ValueError, match="form"):
        RegionDice(NESTED, "soft")
