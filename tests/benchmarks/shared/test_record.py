"""A run replaces the rows that it measured again, and no others."""

import csv

import pytest

from benchmarks.shared import machine
from benchmarks.shared.record import Record, add_shares


class Heard:
    """A console that keeps what it is told."""

    def __init__(self):
        self.lines = []

    def say(self, line):
        self.lines.append(line)

    say_once = say


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Returns a function that adds rows as one run and returns the file's cells."""
    path = tmp_path / "rows.csv"

    def run(*rows, on="AMD", load=0.0):
        told = {"machine": on, "versions": "keras 3", "commit": f"of {on}"}
        monkeypatch.setattr(machine, "describe", lambda: told)
        monkeypatch.setattr(machine, "load", lambda: load)
        console = Heard()
        record = Record(path, ("network", "side"), ("variant",), console)
        names = ("network", "side", "variant", "ms")
        record.add([dict(zip(names, row, strict=True)) for row in rows])
        with path.open(newline="") as file:
            found = [
                (row["machine"], row["network"], row["side"], row["variant"], row["ms"])
                for row in csv.DictReader(file)
            ]
        return found, console.lines

    return run


def test_another_machine_and_a_partial_run_take_nothing_away(run):
    first = [("unet", 64, "ours", 1.5), ("unet", 64, "theirs", 2.5)]
    run(*first, ("drn", 64, "ours", 4.0), on="Intel")
    run(*first)
    rows, _ = run(("unet", 64, "ours", 1.25), ("unet", 64, "theirs", None), on="Intel")
    assert rows == [
        ("Intel", "unet", "64", "ours", "1.25"),  # in its place
        ("Intel", "unet", "64", "theirs", ""),
        ("Intel", "drn", "64", "ours", "4.0"),
        ("AMD", "unet", "64", "ours", "1.5"),
        ("AMD", "unet", "64", "theirs", "2.5"),
    ]
    rows, _ = run(("unet", 128, "ours", 9.0))
    assert len(rows) == 6 and rows[-1] == ("AMD", "unet", "128", "ours", "9.0")


def test_a_cell_without_its_peers_is_not_written(run):
    run(("unet", 64, "ours", 1.0), ("unet", 64, "theirs", 2.0))
    rows, lines = run(("unet", 64, "ours", 7.0), ("unet", 32, "ours", 3.0))
    assert [row[2:] for row in rows] == [
        ("64", "ours", "1.0"),
        ("64", "theirs", "2.0"),
        ("32", "ours", "3.0"),
    ]
    assert "NOT written: unet 64" in lines[-1] and "(theirs)" in lines[-1]


def test_a_busy_machine_is_told(run):
    cores = machine.cores()
    assert "WARNING" not in " ".join(run(load=0.4 * cores)[1])
    assert "WARNING: other programs" in " ".join(run(load=0.6 * cores)[1])


def test_a_held_onednn_is_another_machine(monkeypatch):
    monkeypatch.delenv(machine.LIMIT, raising=False)
    plain = machine.describe()["machine"]
    monkeypatch.setenv(machine.LIMIT, "AVX2")
    assert machine.describe()["machine"] == f"{plain}, oneDNN held to AVX2"


def test_shares_are_of_the_best_peak_of_a_precision():
    rows = [
        {"gflops": 5.0, "peak_gflops": 4.0, "precision": "float32"},
        {"gflops": None, "peak_gflops": 10.0, "precision": "float32"},
        {"gflops": 5.0, "peak_gflops": 20.0, "precision": "bfloat16"},
        {"gflops": 10.0, "precision": "float32"},  # of the product itself
    ]
    add_shares(rows)
    assert [row.get("share_of_peak") for row in rows] == [0.5, None, 0.25, None]
