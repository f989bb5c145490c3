"""The six losses by name, and their differences where it matters."""

import numpy as np
import pytest

from papers.hierdice.losses import LOSSES, MEANS_OVER_SLICES, make_loss
from papers.hierdice.protocol import Loss
from tests.common.losses.reference import drawn, five_pixels

VALUES = {
    "softmax": 0.5753211645,
    "weighted": 0.1141608703,
    "bootstrapping": 0.7125027094,
    "sensitivity_specificity": (0.06094602 + 0.0691839 + 0.02904279) / 3,
    "hierarchical_dice": 0.27012576,
}


@pytest.mark.parametrize("name", VALUES)
def test_reference_values(name):
    labels, p = five_pixels()
    value = np.asarray(make_loss(name, Loss()).call(labels, p))
    np.testing.assert_allclose(value, [VALUES[name]], atol=1e-8)


def test_dice_of_each_label():
    labels, p = five_pixels()
    terms = []
    for label in range(1, 5):
        r, q = labels[0, 0, :, 0] == label, p[0, 0, :, label]
        inside = ((q * r).sum() + 1e-5) / (q.sum() + r.sum() + 1e-5)
        outside = ((1 - q)[~r].sum() + 1e-5) / (10 - q.sum() - r.sum() + 1e-5)
        terms.append(1 - inside - outside)
    value = np.asarray(make_loss("dice", Loss()).call(labels, p))
    np.testing.assert_allclose(value, [np.mean(terms)], atol=1e-8)


@pytest.mark.parametrize("name", LOSSES)
def test_which_are_means_over_slices(name):
    labels, p = drawn(batch=4)
    p[0, :3] = np.eye(5)[labels[0, :3, :, 0]]  # a slice with more that is certain
    loss = make_loss(name, Loss())
    whole = float(np.mean(loss.call(labels, p)))
    halves = [np.mean(loss.call(labels[i::2], p[i::2])) for i in (0, 1)]
    same = abs(whole - np.mean(halves)) < 1e-9
    assert same == (name in MEANS_OVER_SLICES)


@pytest.mark.parametrize("name", LOSSES)
def test_perfect_maps(name):
    labels, _ = drawn()
    p = np.eye(5)[labels[..., 0]]
    value = np.asarray(make_loss(name, Loss()).call(labels, p))
    np.testing.assert_allclose(value, 0, atol=1e-6)
