"""Weights in a file: written whole or not at all."""

import numpy as np
import pytest

from common.errors import UserError
from common.training.weights import save_weights
from tests.common.training.small_problem import model, weights_in


@pytest.mark.parametrize("error", [OSError(28, "full"), RuntimeError("full")])
def test_weights_that_cannot_be_written(tmp_path, monkeypatch, error):
    """HDF5 raises either of them, depending on when the disk is full."""
    path = tmp_path / "best.weights.h5"
    network = model()
    save_weights(network, path)

    def fail(named):
        named.write_text("half")
        raise error

    monkeypatch.setattr(network, "save_weights", fail)
    with pytest.raises(UserError, match="Received: full"):
        save_weights(network, path)
    np.testing.assert_array_equal(weights_in(path), [0.5, -0.5])
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
