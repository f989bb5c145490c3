"""A split's hash tells which cases are in which of its parts."""

import itertools

from data.splits.split import Split

PARTS = [
    (("a", "b"), ("c",), ("d",)),
    (("a", "b"), (), ("d",)),
    (("a", "b"), ("e",), ("d",)),
    (("a", "b"), ("d",), ("c",)),
    (("a",), ("b", "c"), ("d",)),
    (("a", "c"), ("b",), ("d",)),
    (("b", "a"), ("c",), ("d",)),  # batches follow the order
]


def test_every_part_and_its_order_move_the_digest():
    digests = [Split(0, *parts).digest() for parts in PARTS]
    for one, other in itertools.combinations(digests, 2):
        assert one != other


def test_the_number_of_the_fold_does_not():
    assert Split(0, *PARTS[0]).digest() == Split(3, *PARTS[0]).digest()
