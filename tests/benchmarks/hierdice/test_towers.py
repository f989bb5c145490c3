"""The proof within bench-towers: which variants make the same step, and how closely."""

import numpy as np
import pytest

from benchmarks.hierdice.towers import (
    IN_TURN,
    ONE_DEVICE,
    TOLERANCE,
    compared,
    replicas,
)


def weights(**changes):
    """Two arrays per variant; those of towers differ from those of one device."""
    found = {
        ONE_DEVICE: 1.0,
        IN_TURN: 2.0,
        replicas(1): 1.0,
        replicas(2): 7.0,
        replicas(3): 2.0,
    }
    return {
        name: [np.zeros(4), np.full((2, 3), value + changes.get(name, 0.0))]
        for name, value in found.items()
    }


def test_pairs_are_compared_and_no_others():
    assert compared(weights()) == {replicas(1): 0.0, replicas(3): 0.0}
    few = {name: weights()[name] for name in (ONE_DEVICE, IN_TURN, replicas(1))}
    assert compared(few) == {replicas(1): 0.0}


def test_the_mean_difference_counts():
    """Of ten weights, one that Adam has moved in the other direction."""
    found = weights()
    found[replicas(3)][0][2] = -5 * TOLERANCE
    assert compared(found)[replicas(3)] == pytest.approx(TOLERANCE / 2)


@pytest.mark.parametrize("name", [replicas(1), replicas(3)])
@pytest.mark.parametrize("change", [4 * TOLERANCE, -1.0, float("nan")])
def test_another_step_is_refused(name, change):
    with pytest.raises(RuntimeError, match="Expected the weights"):
        compared(weights(**{name: change}))
