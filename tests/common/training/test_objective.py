"""What one tower minimizes, against a value worked out by hand."""

import keras
import pytest

from common.training.objective import objective
from tests.common.training.small_problem import ROOM, batch, by_hand, model


@pytest.mark.parametrize("l2", [0.0, 0.05])
def test_regularization_is_added(l2):
    network = model(regularizer=keras.regularizers.L2(l2) if l2 else None)
    value = objective(network, keras.losses.MeanSquaredError(), *batch(0))
    _, losses = by_hand(1, l2=l2)
    assert float(value) == pytest.approx(losses[0], rel=0, abs=ROOM)
