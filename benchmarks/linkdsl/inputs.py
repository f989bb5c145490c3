"""Reading batches, alone and ahead of a training that waits for them."""

import tempfile
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import tensorflow as tf

from benchmarks.linkdsl import networks, sources
from benchmarks.linkdsl.prepared import Prepared
from benchmarks.linkdsl.variants import AHEAD
from data.order import batches


def reading(task):
    """Reads one batch in the foreground."""
    folder = tempfile.TemporaryDirectory()
    read = sources.SOURCES[task.source](Path(folder.name), task.size.image)
    names = batch_names(task.size)

    def call():
        read(next(names))

    return Prepared(call, close=folder.cleanup)


def loop(task):
    """Reads one batch in the task's way and trains with it.

    The wait is timed around `next`, as in `common.training.loop`.
    """
    folder = tempfile.TemporaryDirectory()
    root, size = Path(folder.name), task.size
    if task.ahead == "shipped":
        cache = sources.cache(root, size.image)
        experiment = networks.experiment(task, cache, sources.case_ids())
        stream = iter(experiment.stream(0))
    else:
        experiment = networks.experiment(task)
        read = sources.SOURCES[task.source](root, size.image)
        stream = WAYS_AHEAD[task.ahead](read, batch_names(size), size)
    step, _ = networks.training_step(task, experiment)
    streams = [stream]

    def call():
        before = time.monotonic()
        x, y = next(streams[0])
        waited = time.monotonic() - before
        step(x, y)
        return waited

    def close():
        streams.clear()  # the last reference, without which the readers end
        folder.cleanup()

    del stream
    return Prepared(call, close=close)


def batch_names(size):
    """Yields the ids of each batch's slices in the suite's order, without end."""
    names = sources.case_ids()
    for _, indices in batches(0, len(names), size.batch):
        yield tuple(names[i] for i in indices)


def foreground(read, names, size):
    """Reads a batch when the training asks for it."""
    for batch in names:
        yield _tensors(read, batch)


def tf_data(read, names, size):
    """Reads in a `tf.data` generator with `prefetch`."""
    shape = (size.batch, size.image, size.image, 1)
    dataset = tf.data.Dataset.from_generator(
        lambda: (read(batch) for batch in names),
        output_signature=(tf.TensorSpec(shape), tf.TensorSpec(shape)),
    )
    return iter(dataset.prefetch(AHEAD))


def threads(count, read, names, size):
    """Reads in threads of its own and keeps the order."""
    with ThreadPoolExecutor(count) as readers:
        pending = deque()
        try:
            for batch in names:
                pending.append(readers.submit(_tensors, read, batch))
                if len(pending) > AHEAD:
                    yield pending.popleft().result()
        finally:
            readers.shutdown(cancel_futures=True)


WAYS_AHEAD = {
    "none": foreground,
    "tf.data prefetch": tf_data,
    "1 thread": partial(threads, 1),
    "2 threads": partial(threads, 2),
}


def _tensors(read, batch):
    return tuple(tf.convert_to_tensor(array) for array in read(batch))
