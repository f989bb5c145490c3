"""Slices padded to multiples of 16."""

import numpy as np

from data.padding import padded, padded_size


def test_padding_to_multiples_of_16():
    arrays = np.ones((2, 40, 48, 4))
    wider = padded(arrays)
    assert wider.shape == (2, 48, 48, 4)
    assert wider[:, :40].all() and not wider[:, 40:].any()
    assert padded(wider) is wider
    assert padded_size((33, 240)) == (48, 240)
