"""The pipeline: batches in order, read ahead, and errors that reach the user."""

import itertools
import threading

import numpy as np
import pytest
import tensorflow as tf

from common.errors import UserError
from data.batches.pipeline import batch_stream
from data.order import batches

SHAPES = [(2, 4, 4, 1), (2, 4, 4, 1)]


def read(indices):
    x = np.float32(indices)[:, None, None, None] * np.ones((1, 4, 4, 1), np.float32)
    return x, -x


def test_batches_keep_their_order():
    order = [[3, 1], [0, 2], [5, 4]]
    received = list(batch_stream(order, read, SHAPES))
    assert [list(x[:, 0, 0, 0].numpy()) for x, _ in received] == order
    assert all(x.dtype == y.dtype == tf.float32 for x, y in received)
    for indices, (x, y) in zip(order, received, strict=True):
        np.testing.assert_array_equal(x, read(indices)[0])
        np.testing.assert_array_equal(y, read(indices)[1])


def test_endless_order_resumed_at_a_step():
    def indices(first_step, number):
        order = (drawn for _, drawn in batches(1, 9, 2, first_step))
        stream = iter(batch_stream(order, read, SHAPES))
        return [list(next(stream)[0][:, 0, 0, 0].numpy()) for _ in range(number)]

    assert indices(3, 4) == indices(0, 7)[3:]


def test_sizes_may_vary():
    received = list(batch_stream([[1], [1, 2]], read, [(None, 4, 4, 1)] * 2))
    assert [x.shape[0] for x, _ in received] == [1, 2]


def test_whole_numbers_become_float32():
    ((x,),) = batch_stream([[7]], lambda name: (np.uint8(name),), [(1,)])
    assert x.dtype == tf.float32 and x.numpy() == 7


def test_array_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"Received: \(3, 4, 4, 1\)"):
        list(batch_stream([[1, 2, 3]], read, SHAPES))


def test_reads_ahead_in_the_background():
    enough, threads = threading.Event(), []

    def counted(indices):
        threads.append(threading.current_thread())
        if len(threads) == 4:
            enough.set()
        return read(indices)

    stream = iter(batch_stream([[0, 1]] * 50, counted, SHAPES, ahead=3))
    next(stream)
    # One taken, three more read although nobody asked; but not all fifty.
    assert enough.wait(timeout=60)
    assert len(threads) < 10
    assert threading.current_thread() not in threads


def test_a_closed_stream_reads_no_more():
    read_so_far, threads = [], set()

    def counted(indices):
        threads.add(threading.current_thread())
        read_so_far.append(indices)
        return read(indices)

    stream = batch_stream(itertools.repeat([0, 1]), counted, SHAPES)
    next(stream)
    stream.close()
    (thread,) = threads
    thread.join(timeout=60)
    assert not thread.is_alive()
    assert len(read_so_far) <= 5  # the one that was taken, and four ahead


def test_error_of_a_reader_reaches_the_user_unchanged():
    damaged = UserError("7.h5", "a prepared case", "no signature", "prepare it again")

    def broken(indices):
        if indices == [2, 3]:
            raise damaged
        return read(indices)

    stream = iter(batch_stream([[0, 1], [2, 3]], broken, SHAPES))
    next(stream)
    with pytest.raises(UserError) as caught:
        next(stream)
    assert caught.value is damaged
