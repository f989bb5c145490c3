"""The order of training examples: our own, and the same on every machine.

`shuffle` and the random ops of the framework repeat themselves once a global seed is
set, and their state cannot be saved. Here every draw comes from a counter-based
generator keyed by (seed, epoch, …): any step of any epoch can be drawn without the
ones before it, so that training resumes exactly.
"""

import numpy as np

# What random numbers are drawn for during training: the third counter of `generator`,
# so that no two of these purposes share a stream. The order of examples has no third
# counter, which means 0. Splits and phantoms are drawn before training, with seeds of
# their own and without such a counter.
SLICES = 1
AUGMENTATION = 2
PATCHES = 3
NOISE = 4
SAMPLING = 5


def generator(seed, *counters):
    """Returns a NumPy generator that depends only on its arguments.

    Args:
        seed: the run's seed.
        *counters: up to three non-negative integers, such as epoch and index.

    Raises:
        ValueError: there are more than three counters.
    """
    counter = (*counters, 0, 0, 0)[:3]
    if len(counters) > 3:
        raise ValueError(
            f"At most three counters are possible. Received: counters={counters}"
        )
    # Philox counts up in the first word; the other words hold our counters.
    return np.random.Generator(np.random.Philox(key=seed, counter=(0, *counter)))


def epoch_order(seed, epoch, count):
    """Returns the order of the examples in one epoch.

    Args:
        seed: the run's seed.
        epoch: the epoch.
        count: number of examples.

    Returns:
        A permutation of `range(count)`.
    """
    return generator(seed, epoch).permutation(count)


def batches(seed, count, batch_size, first_step=0):
    """Yields the examples of each training step, endlessly.

    An epoch has `count // batch_size` steps. The remainder of its permutation is left
    out, so that every step has the same shape; the next epoch leaves out other
    examples.

    Args:
        seed: the run's seed.
        count: number of examples.
        batch_size: examples per step.
        first_step: the global step to start from.

    Yields:
        `(epoch, indices)`: the epoch and an array of `batch_size` indices.

    Raises:
        ValueError: there are fewer examples than a batch needs.
    """
    if count < batch_size:
        raise ValueError(
            "Expected at least one batch of examples. "
            f"Received: count={count}, batch_size={batch_size}"
        )
    steps = count // batch_size
    step = first_step
    while True:
        epoch = step // steps
        order = epoch_order(seed, epoch, count)
        for position in range(step % steps, steps):
            yield epoch, order[position * batch_size : (position + 1) * batch_size]
        step = (epoch + 1) * steps
