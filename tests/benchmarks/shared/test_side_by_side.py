"""Cells are measured in turns, and their rows hold what follows from the turns."""

from itertools import cycle

import pytest

from benchmarks.shared import side_by_side
from benchmarks.shared.peers import TooSlow
from benchmarks.shared.side_by_side import Cell, measure

CELL = Cell("net", "train", 64, 2, "bfloat16")


class FakePeer:
    """A peer whose calls take what a list says: two, then those of the turns."""

    def __init__(self, seconds, order, parameters=7, **told):
        self.seconds, self.turns = iter(seconds[:2]), cycle(seconds[2:])
        self.order = order
        self.told = {"parameters": parameters} | told
        self.description = {"version": "1.0"}

    def ask(self, kind, timeout, **request):
        if kind == "prepare":
            assert request == {
                "network": "net",
                "part": "train",
                "side": 64,
                "batch": 2,
                "precision": "bfloat16",
            }
            return self.told
        wall = next(self.seconds)
        if wall > timeout:
            raise TooSlow
        return {"wall": wall, "cpu": 2 * wall}

    def run(self, calls):
        self.order.append((self, calls))
        wall = next(self.turns)
        return wall, 2 * wall


def peers(order, **changes):
    seconds = {
        "peak": [1.0, 0.1, *(0.5, 1.0, 2.0)],
        "shipped": [9.0, 0.9, *(1.0, 2.0, 4.0)],
        "torch first": [0.5, 1.0, *(3.0, 4.0, 4.0)],
        "torch last": [0.5, 1.0, *(1.0, 3.0, 9.0)],
    }
    flops = {"peak": {"flop": 1e9}, "shipped": {"flop": 5e8}}
    return {
        name: FakePeer(changes.get(name, list_), order, **flops.get(name, {}))
        for name, list_ in seconds.items()
    }


def test_rows_follow_from_the_turns(monkeypatch):
    monkeypatch.setattr(side_by_side, "CELL_S", 10.0)
    order = []
    found = peers(order)
    rows = {row["variant"]: row for row in measure(CELL, found)}
    assert list(rows) == ["shipped", "torch first", "torch last"]
    # A round takes 3 s in all, so 10 s are enough for three, in which all take turns.
    assert [peer for peer, _ in order] == list(found.values()) * 3
    shipped, first, last = rows.values()
    assert shipped["rounds"] == 3 and shipped["first_s"] == 9.0
    assert (shipped["ms"], shipped["cpu_ms"]) == (2000.0, 4000.0)
    assert shipped["gflop"] == 0.5 and shipped["gflops"] == 0.2
    assert shipped["peak_gflops"] == 1.0
    assert first["ratio_to_shipped"] == 2.0  # the median of 3, 2 and 1
    assert last["ratio_to_shipped"] == 1.5  # the median of 1, 1.5 and 2.25
    # PyTorch's better format is the last: its median of 3 s is below 4 s.
    assert shipped["times_faster"] == 1.5 and last["times_faster"] == 1.0
    assert first["times_faster"] == 0.75  # the median of 1/3, 3/4 and 9/4
    assert shipped["precision"] == "bfloat16" and shipped["peer_version"] == "1.0"


def test_short_calls_are_repeated_within_a_turn():
    order = []
    short = [1.0, 0.03, 0.03]
    found = peers(order, **dict.fromkeys(peers(order), short))
    assert {row["rounds"] for row in measure(CELL, found)} == {side_by_side.ROUNDS}
    assert {calls for _, calls in order} == {5}


def test_long_cells_have_few_rounds():
    cell = side_by_side.CELL_S
    rounds = [side_by_side.rounds_of(cell / part) for part in (9, 3.5, 1.5, 1, 0.9)]
    assert rounds == [side_by_side.ROUNDS, 3, 2, 2, 1]


def test_a_peer_that_is_too_slow_has_a_note():
    slow = [1.0, side_by_side.CAP_S + 1]
    shipped, first, last = measure(CELL, peers([], **{"torch last": slow}))
    assert last["ms"] is None and "over 30 s" in last["note"] and last["rounds"] == 0
    # Over five rounds: the median of 3, 2, 1, 3 and 2.
    assert first["times_faster"] == 1.0 and shipped["times_faster"] == 2.0


def test_without_pytorch_the_suite_is_measured_alone():
    found = peers([])
    rows = measure(CELL, {name: found[name] for name in ("peak", "shipped")})
    (row,) = rows
    assert row["times_faster"] is None and row["gflops"] > 0


def test_networks_of_unequal_size_are_refused():
    found = peers([])
    found["torch last"].told["parameters"] = 8
    with pytest.raises(ValueError, match="equal numbers of parameters of net"):
        measure(CELL, found)
