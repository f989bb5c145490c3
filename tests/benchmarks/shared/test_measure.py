"""Ratios and shares of rounds against values computed by hand."""

from types import SimpleNamespace

import pytest

from benchmarks.shared.measure import Measured, median_ratio, prepare


def test_ratio_is_the_median_of_the_rounds_ratios():
    one, other = [(2.0, 9.0), (6.0, 8.0), (9.0, 7.0)], [(1.0, 3.0), (2.0, 2.0)] * 2
    assert median_ratio(one, other[:3]) == 3.0
    assert median_ratio(one, other[:3], column=1) == 3.0
    with pytest.raises(ValueError, match="shorter|longer"):
        median_ratio(one, other)


def measured(walls, flop=8e9, waited=0.0):
    found = Measured(None, {"flop": flop})
    for number, wall in walls.items():
        timing = SimpleNamespace(wall=wall, cpu=2 * wall, waited=waited)
        found.rounds[number] = [timing]
    return found


def test_measures_of_one_task_and_of_two():
    slow, quick = measured({0: 4.0, 1: 2.0, 2: 3.0}, waited=0.3), measured({1: 1.0})
    assert (slow.seconds, slow.cpu_seconds) == (3.0, 6.0)
    assert slow.gflops == pytest.approx(8 / 3)
    assert slow.waiting_share == pytest.approx(0.1)
    # Round 1 is the only one that both have.
    assert quick.times_faster_than(slow) == 2.0
    assert slow.share_of(quick) == 0.5


def test_what_cannot_be_prepared_is_reported_and_left_out():
    class Future:
        def __init__(self, error=None):
            self.error = error

        def result(self):
            if self.error:
                raise self.error
            return {"flop": 0}

    def task(name):
        return SimpleNamespace(variant=SimpleNamespace(name=name), part="train")

    good = SimpleNamespace(prepare=lambda task: Future())
    bad = SimpleNamespace(prepare=lambda task: Future(ValueError("no such op\nat …")))
    told = []
    pairs = prepare([(good, task("a")), (bad, task("b"))], told.append)
    assert [one.task.variant.name for _, one in pairs] == ["a"]
    assert told == ["left out: b, train: no such op"]
