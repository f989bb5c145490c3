"""The sensitivity-specificity loss against explicit sums."""

import numpy as np
import pytest

from common.losses.sensitivity_specificity import SensitivitySpecificity
from tests.common.losses.reference import NESTED, drawn, five_pixels, is_region
from tests.rounding import assert_close


def test_reference_values():
    for region, value in zip(NESTED, (0.06094602, 0.0691839, 0.02904279), strict=True):
        loss = SensitivitySpecificity([region], dtype="float64")
        assert float(loss(*five_pixels())) == pytest.approx(value, abs=1e-8)


def test_definition_over_the_batch():
    labels, p = drawn()
    share, e = 0.2, 1e-3
    terms = []
    for region in NESTED:
        r, q = is_region(labels, region), p[..., region].sum(-1)
        inside = ((q[r] - 1) ** 2).sum() / (r.sum() + e)
        outside = (q[~r] ** 2).sum() / ((~r).sum() + e)
        terms.append(share * inside + (1 - share) * outside)
    received = np.asarray(SensitivitySpecificity(NESTED, share, e).call(labels, p))
    assert_close(received, np.full(3, np.mean(terms)), labels.size)


def test_an_absent_region_has_a_finite_loss():
    labels, p = np.zeros((1, 2, 2, 1), int), np.full((1, 2, 2, 5), 0.2)
    value = float(SensitivitySpecificity([(4,)])(labels, p))
    assert value == pytest.approx(0.95 * 0.04, rel=1e-4)
