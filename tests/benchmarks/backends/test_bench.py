"""Backends are compared only where they compute the same."""

import pytest

from benchmarks.backends import bench
from benchmarks.shared.side_by_side import Cell

CELL = Cell("net", "train", 64, 2, "float32")


class FakePeer:
    """A backend whose turns take what a list says."""

    def __init__(self, turns, values=(1.0, 0.9), parameters=7):
        self.description = {"version": "1.0", "device": "CPU"}
        self.turns = iter(turns)
        self.told = {"parameters": parameters, "first_s": 2.0, "values": values}

    def ask(self, kind, timeout, **request):
        assert (kind, request["network"]) == ("prepare", "net")
        return self.told

    def run(self, calls=1):
        wall = next(self.turns)
        return wall, 2 * wall


def test_ratios_are_those_of_the_same_rounds(monkeypatch):
    monkeypatch.setattr(bench, "rounds_of", lambda seconds: 3)
    peers = {"tensorflow": FakePeer([9, 1, 2, 4]), "jax": FakePeer([9, 3, 3, 12])}
    ours, theirs = bench.measure(CELL, peers, print)
    assert (ours["ms"], theirs["ms"], theirs["cpu_ms"]) == (2000, 3000, 6000)
    assert (ours["ratio_to_tensorflow"], theirs["ratio_to_tensorflow"]) == (1, 3)
    alone = bench.measure(CELL, {"jax": FakePeer([9, 3, 3, 12])}, print)
    assert alone[0]["ratio_to_tensorflow"] is None


@pytest.mark.parametrize(
    "other",
    [
        {"values": (1.0, 0.906)},
        {"values": (1.0, float("nan"))},
        {"parameters": 8},
    ],
)
def test_backends_that_differ_are_not_measured(other):
    peers = {"tensorflow": FakePeer([9]), "jax": FakePeer([9], **other)}
    with pytest.raises(ValueError, match="Expected equal"):
        bench.measure(CELL, peers, print)


def test_a_backend_that_is_not_installed_is_said(tmp_path):
    said = []
    assert bench.start(["jax"], tmp_path / "none", said.append) == {}
    assert "jax does not start with" in said[0]


def test_a_side_that_a_network_cannot_have_is_refused(capsys):
    with pytest.raises(SystemExit):
        bench.main(["--networks", "linkdsl_dual", "--side", "48"])
    assert "linkdsl_dual needs a multiple of 32" in capsys.readouterr().err
