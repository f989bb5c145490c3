"""The pooled Dice against its definition and the authors' own values."""

import numpy as np
import pytest
import tensorflow as tf

from papers.anisocascade.losses import PooledDice
from tests.rounding import sum_room


def definition(labels, logits):
    """The loss and its gradient, class by class in float64."""
    p = np.exp(logits - logits.max(-1, keepdims=True))
    p = (p / p.sum(-1, keepdims=True)).reshape(-1, logits.shape[-1])
    g = np.eye(p.shape[1])[labels.ravel()]
    overlap, total = (p * g).sum(0), (p**2).sum(0) + g.sum(0) + 1e-5
    by_p = -(2 * g / total - 4 * overlap / total**2 * p) / p.shape[1]
    gradient = p * (by_p - (p * by_p).sum(1, keepdims=True))
    return 1 - np.mean(2 * overlap / total), gradient.reshape(logits.shape)


def loss_and_gradient(labels, logits):
    logits = tf.constant(logits)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = PooledDice()(labels, logits)
    return float(loss), tape.gradient(loss, logits).numpy()


@pytest.mark.parametrize("classes", [2, 3])
def test_definition(classes):
    random = np.random.default_rng(classes)
    logits = random.normal(size=(3, 2, 4, 5, classes)).astype(np.float32)
    labels = random.integers(0, classes, (3, 2, 4, 5, 1))
    loss, gradient = loss_and_gradient(labels, logits)
    expected_loss, expected = definition(labels, logits)
    assert loss == pytest.approx(expected_loss, abs=sum_room(labels.size))
    room = sum_room(labels.size, np.abs(expected).max())
    np.testing.assert_allclose(gradient, expected, rtol=0, atol=room)


def test_probabilities_of_one_channel_are_those_of_the_second_class():
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, (2, 3, 4, 4, 1))
    p = random.random((2, 3, 4, 4, 1)).astype(np.float32)
    loss = PooledDice(from_logits=False)
    both = np.concatenate([1 - p, p], axis=-1)
    room = sum_room(labels.size)
    assert float(loss(labels, p)) == pytest.approx(float(loss(labels, both)), abs=room)
    with pytest.raises(ValueError, match="two classes"):
        PooledDice()(labels, p)


@pytest.mark.real
def test_value_and_gradient_of_the_original(shared_data):
    with np.load(shared_data / "oracle_aniso" / "data_process_cases.npz") as file:
        logits, labels = file["loss/logits"], file["loss/y"].astype(np.int64)
        value, gradient = file["loss/dice_v020_weight_ignored"], file["loss/grad_v020"]
    received = loss_and_gradient(labels[None, :, None], logits[None])
    assert received[0] == pytest.approx(float(value), abs=sum_room(labels.size))
    room = sum_room(labels.size, np.abs(gradient).max())
    np.testing.assert_allclose(received[1][0], gradient, rtol=0, atol=room)
