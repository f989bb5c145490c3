"""Zero channels before and after those of the input."""

import keras
import numpy as np
import pytest

from common.layers.pad_channels import PadChannels


@pytest.mark.parametrize("filters, before", [(4, 0), (5, 0), (6, 1), (7, 1), (9, 2)])
def test_zeros_are_spread_evenly(filters, before):
    x = np.random.default_rng(0).random((2, 3, 5, 4), np.float32)
    layer = PadChannels(filters)
    y = np.asarray(layer(x))
    assert y.shape == layer.compute_output_shape(x.shape) == (2, 3, 5, filters)
    np.testing.assert_array_equal(y[..., before : before + 4], x)
    assert np.count_nonzero(y) == np.count_nonzero(x)
    assert PadChannels.from_config(layer.get_config()).filters == filters
    assert layer(keras.Input((None, 5, 4))).shape == (None, None, 5, filters)


def test_fewer_channels_than_the_input_are_refused():
    with pytest.raises(ValueError, match="at most 3 channels"):
        PadChannels(3)(keras.Input((2, 4)))
