"""From batches of indices to batches of tensors that are read ahead."""

from collections import deque
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import tensorflow as tf

_END = object()


def batch_stream(batches, read, shapes, ahead=4):
    """Reads batches in a background thread, in their order.

    It is a plain thread rather than `tf.data`, whose thread takes Python's lock just
    when a batch is handed over, so that each step of a small network waits for it.

    Args:
        batches: iterable of whatever names a batch (indices, ids).
        read: function from such a name to a tuple of arrays, which become float32.
        shapes: shapes of the arrays, with None where a size varies.
        ahead: number of batches that are read before they are asked for.

    Yields:
        Tuples of tensors, on the CPU.

    Raises:
        ValueError: an array has another shape.
        Exception: whatever `read` raised.
    """
    names = iter(batches)

    def read_next():
        name = next(names, _END)
        return _END if name is _END else _tensors(read(name), shapes)

    reader = ThreadPoolExecutor(1, "batches")
    try:
        ready = deque(reader.submit(read_next) for _ in range(ahead))
        while (tensors := ready.popleft().result()) is not _END:
            ready.append(reader.submit(read_next))
            yield tensors
    finally:
        # Without waiting: a generator may be closed in any thread, even in this one.
        reader.shutdown(wait=False, cancel_futures=True)


def _tensors(arrays, shapes):
    arrays = tuple(np.asarray(array, np.float32) for array in arrays)
    for array, shape in zip(arrays, shapes, strict=True):
        if not tf.TensorShape(shape).is_compatible_with(array.shape):
            raise ValueError(
                f"Expected arrays of the shapes {shapes}. Received: {array.shape}"
            )
    with tf.device("CPU:0"):
        return tuple(map(tf.convert_to_tensor, arrays))
