"""Proofs accept rounding and refuse everything else."""

import numpy as np
import pytest

from benchmarks.shared.sameness import check, from_torch, to_torch

EXPECTED = {
    "map": np.array([1.0, -4.0]),
    "conv/kernel": np.array([[2.0]]),
    "conv/bias": np.array([1e-12]),
    "norm/beta": np.array([1e-3]),
}


def received(**changes):
    return list({name: a.copy() for name, a in (EXPECTED | changes).items()}.values())


def test_rounding_is_no_difference():
    # A share of the largest value, 4, and for a bias of its kernel's, 2.
    found = received(
        **{"map": np.array([1.0, -4.0 - 8e-8]), "conv/bias": np.array([-2e-8])}
    )
    sentence = check("net", "last", EXPECTED, found)
    assert sentence == "net, torch last: the same but for 2e-08 (map)"


@pytest.mark.parametrize(
    "changes",
    [
        {"map": np.array([1.0, -4.000004])},
        {"map": np.array([1.0, np.nan])},
        {"map": np.array([1.0, -4.0, 0.0])},
        {"conv/bias": np.array([1e-6])},
        {"norm/beta": np.array([1.0000002e-3])},
    ],
)
def test_another_result_is_refused(changes):
    (name,) = changes
    with pytest.raises(ValueError, match=f"Expected the same of net.*{name} differs"):
        check("net", "first", EXPECTED, received(**changes))


def test_a_missing_array_is_refused():
    with pytest.raises(ValueError, match="shorter"):
        check("net", "first", EXPECTED, received()[:1])


def test_kernels_change_their_order_and_back():
    kernel = np.arange(120.0).reshape(2, 3, 4, 5)
    assert to_torch(kernel).shape == (5, 4, 2, 3)
    assert to_torch(kernel)[4, 3, 1, 2] == kernel[1, 2, 3, 4]
    np.testing.assert_array_equal(from_torch(to_torch(kernel)), kernel)
    volume = np.arange(360.0).reshape(2, 3, 3, 4, 5)
    assert to_torch(volume)[4, 3, 1, 2, 0] == volume[1, 2, 0, 3, 4]
    np.testing.assert_array_equal(from_torch(to_torch(volume)), volume)
    bias = np.arange(3.0)
    assert to_torch(bias) is bias and from_torch(bias) is bias
