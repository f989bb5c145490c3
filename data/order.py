"""The order of training examples, owned by us and the same on every machine.

`shuffle` and random ops of the framework repeat themselves after a global seed
is set, and their state cannot be saved. Here every draw comes from a
counter-based generator keyed by (seed, epoch, …): any step of any epoch can be
had without the ones before it, so training resumes exactly.
"""

import numpy as np

# What random numbers are drawn for: the third counter of `generator`, so that no two
# purposes share a stream. The order of examples has no third counter, which is 0.
SLICES = 1
AUGMENTATION = 2
PATCHES = 3
NOISE = 4
SAMPLING = 5


def generator(seed, *counters):
    """Returns a NumPy generator that depends on nothing but its arguments.

    Args:
        seed: the run's seed.
        *counters: up to three non-negative integers, such as epoch and index.
    """
    counter = (*counters, 0, 0, 0)[:3]
    if len(counters) > 3:
        raise ValueError(
            f"At most three counters are possible. Received: counters={counters}"
        )
    # Philox counts in the first word, the keys stand in the others.
    return np.random.Generator(np.random.Philox(key=seed, counter=(0, *counter)))


def epoch_order(seed, epoch, count):
    """Returns the permutation of `range(count)` of one epoch."""
    return generator(seed, epoch).permutation(count)


def batches(seed, count, batch_size, first_step=0):
    """Yields the examples of each training step, without end.

    An epoch has `count // batch_size` steps. The remainder of a permutation is
    left out, so that every step has the same shape; the next epoch leaves out
    others.

    Args:
        seed: the run's seed.
        count: number of examples.
        batch_size: examples a step.
        first_step: the global step to begin with.

    Yields:
        `(epoch, indices)`: the epoch and an array of `batch_size` indices.

    Raises:
        ValueError: there are fewer examples than a batch holds.
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
