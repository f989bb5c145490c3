"""Five pixels for which the value of each loss is known, and random ones."""

import numpy as np

LOGITS = np.array(
    [
        [2, 0, 0, 0, 0],
        [0, 1, 2, 0, 0],
        [1, 0, 0, 0, 1],
        [5, 0, 0, 0, 0],
        [0, 0.5, 0, 1.5, 0],
    ],
    np.float64,
)
LABELS = np.array([0, 2, 4, 0, 3])
PROBABILITY = np.exp(LOGITS) / np.exp(LOGITS).sum(-1, keepdims=True)
NESTED = ((1, 2, 3, 4), (1, 3, 4), (4,))


def five_pixels():
    """Returns labels `(1, 1, 5, 1)` and float64 probabilities `(1, 1, 5, 5)`."""
    return LABELS[None, None, :, None], PROBABILITY[None, None]


def drawn(batch=3, size=6, classes=5, seed=0):
    """Returns random labels `(batch, size, size, 1)` and probabilities."""
    random = np.random.default_rng(seed)
    p = random.dirichlet(np.full(classes, 0.4), (batch, size, size))
    return random.integers(0, classes, (batch, size, size, 1)), p


def is_region(labels, region):
    """Returns the mask of a region, `(…, 1)` to `(…)`."""
    return np.isin(labels[..., 0], region)
