"""A ratio to the shipped variant says how many times as long something takes."""

from types import SimpleNamespace

from benchmarks.linkdsl.rows import row
from benchmarks.linkdsl.variants import Size, Task
from benchmarks.shared.measure import Measured


def measured(seconds):
    found = Measured(
        Task("train", Size()), {"flop": 1e9, "threads": "2/2", "first_s": 1.0}
    )
    found.rounds[0] = [SimpleNamespace(wall=seconds, cpu=seconds, waited=0)]
    return found


def test_slower_is_above_one():
    assert row(measured(3.0), measured(2.0))["ratio_to_shipped"] == 1.5
