"""The sampled cross-entropy against its formula and Keras's weighted mean."""

import keras
import numpy as np
import pytest

from common.losses.sampled_pixels import sampled_cross_entropy
from tests.rounding import sum_room


@pytest.fixture
def example():
    random = np.random.default_rng(0)
    labels = random.integers(0, 4, (2, 5, 6))
    logits = random.normal(0, 3, (2, 5, 6, 4)).astype(np.float32)
    return labels, logits, random.integers(0, 3, (2, 5, 6)).astype(np.float32)


def test_formula(example):
    labels, logits, weights = example
    total = 0.0
    for place in np.ndindex(*labels.shape):
        odds = np.exp(logits[place].astype(float))
        total -= weights[place] * np.log(odds[labels[place]] / odds.sum())
    received = float(sampled_cross_entropy(labels, logits, weights))
    assert received == pytest.approx(total / weights.sum(), rel=sum_room(logits.size))


def test_is_the_weighted_mean_of_keras(example):
    labels, logits, weights = example
    loss = keras.losses.SparseCategoricalCrossentropy(
        from_logits=True, reduction="mean_with_sample_weight"
    )
    expected = float(loss(labels, logits, sample_weight=weights))
    received = float(sampled_cross_entropy(labels, logits, weights))
    assert received == pytest.approx(expected, rel=sum_room(logits.size))


def test_no_sampled_pixels(example):
    labels, logits, weights = example
    assert float(sampled_cross_entropy(labels, logits, 0 * weights)) == 0.0
