"""The order of examples: the same on every machine, another in each epoch."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from data.order import batches, epoch_order, generator

seeds = st.integers(0, 2**64)
relaxed = settings(deadline=None)


def take(stream, number):
    return [(epoch, list(order)) for epoch, order in itertools.islice(stream, number)]


def test_order_is_pinned():
    """Earlier results can be reproduced only as long as these hold."""
    assert list(epoch_order(0, 0, 8)) == [5, 0, 6, 1, 7, 2, 4, 3]
    assert list(epoch_order(2**100, 5, 8)) == [7, 1, 3, 4, 0, 6, 2, 5]
    assert generator(7, 1, 2).integers(1000, size=3).tolist() == [685, 773, 819]


@relaxed
@given(seeds, st.integers(0, 1000), st.integers(1, 200))
def test_epoch_is_a_permutation_that_runs_agree_on(seed, epoch, count):
    order = epoch_order(seed, epoch, count)
    assert sorted(order) == list(range(count))
    np.random.seed(epoch)  # the global state must not matter
    np.testing.assert_array_equal(epoch_order(seed, epoch, count), order)


@relaxed
@given(seeds, st.sets(st.integers(0, 10**6), min_size=2, max_size=2))
def test_epochs_and_seeds_differ(seed, epochs):
    first, second = epochs
    orders = [(seed, first), (seed, second), (seed + 1, first)]
    assert len({tuple(epoch_order(*keys, 50)) for keys in orders}) == 3


@relaxed
@given(st.lists(st.tuples(*[st.integers(0, 3)] * 3), unique=True, min_size=2))
def test_each_counter_has_draws_of_its_own(counters):
    drawn = {tuple(generator(5, *counter).random(4)) for counter in counters}
    assert len(drawn) == len(counters)


def test_draws_do_not_reach_into_the_next_counter():
    long = generator(5, 0).random(50_000)
    assert not set(long) & set(generator(5, 1).random(1000))


def test_too_many_counters():
    with pytest.raises(ValueError, match=r"Received: counters=\(1, 2, 3, 4\)"):
        generator(0, 1, 2, 3, 4)


@relaxed
@given(seeds, st.integers(1, 30), st.integers(1, 8), st.integers(0, 40))
def test_resumed_stream_is_the_tail_of_the_uninterrupted_one(
    seed, count, batch_size, first_step
):
    assume(count >= batch_size)
    whole = take(batches(seed, count, batch_size), first_step + 12)
    resumed = take(batches(seed, count, batch_size, first_step), 12)
    assert resumed == whole[first_step:]


@relaxed
@given(seeds, st.integers(1, 30), st.integers(1, 8))
def test_epoch_holds_each_example_once_at_most(seed, count, batch_size):
    assume(count >= batch_size)
    steps = count // batch_size
    drawn = take(batches(seed, count, batch_size), 3 * steps)
    assert [epoch for epoch, _ in drawn] == sorted([0, 1, 2] * steps)
    for number in range(3):
        examples = [i for epoch, order in drawn if epoch == number for i in order]
        assert len(examples) == len(set(examples)) == steps * batch_size
        assert set(examples) <= set(range(count))


def test_remainder_differs_between_epochs():
    drawn = take(batches(0, 11, 4), 2 * 10)
    left_out = [
        frozenset(range(11)) - {i for e, order in drawn if e == epoch for i in order}
        for epoch in range(10)
    ]
    assert all(len(examples) == 3 for examples in left_out)
    assert len(set(left_out)) > 5
    assert not frozenset.intersection(*left_out)


def test_fewer_examples_than_a_batch():
    with pytest.raises(ValueError, match="Received: count=3, batch_size=4"):
        next(batches(0, 3, 4))
