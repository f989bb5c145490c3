"""The time of tasks on a cluster, against schedules made by hand."""

import pytest

from papers.engine.devices.schedule import elapsed, elapsed_by_size
from papers.engine.devices.tasks import Task


def tasks(**needs):
    return [Task(name, name, (), tuple(after)) for name, after in needs.items()]


FIVE = tasks(a="", b="", c="a", d="", e="bc")
SECONDS = {"a": 3.0, "b": 5.0, "c": 2.0, "d": 4.0, "e": 1.0}


@pytest.mark.parametrize(
    ("at_once", "expected"),
    [
        (1, 15),  # one after the other
        (2, 9),  # a b | c after a at 3, to 5 | d 5 to 9, e 5 to 6
        (3, 6),  # a b d | c 3 to 5 | e 5 to 6
        (9, 6),  # the longest chain
    ],
)
def test_times(at_once, expected):
    assert elapsed(FIVE, SECONDS, at_once) == expected


def test_sizes_that_gain_nothing_are_left_out():
    assert elapsed_by_size(FIVE, SECONDS) == {1: 15, 2: 9, 4: 6}
    assert elapsed_by_size([], {}) == {1: 0}
    chain = tasks(a="", b="a", c="b")
    assert elapsed_by_size(chain, SECONDS) == {1: 10}
