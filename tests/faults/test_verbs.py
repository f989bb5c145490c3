"""What the faults are tried on, and how they are looked for."""

import signal
import subprocess
import time

import h5py
import pytest
import typer

from common.files import write_json, write_text
from papers.engine.cli.app import app
from papers.registry import IDS, papers
from tests.faults import places, trees
from tests.faults.counts import moments_of, with_earlier
from tests.faults.processes import run, run_at_once, run_frozen
from tests.faults.repeating import SMALL, methods_of
from tests.faults.verbs import SCENARIOS


def test_every_verb_is_killed():
    verbs = typer.main.get_command(app).commands
    # A hidden one does a part of another: `work` trains and scores.
    typed = {name for name, verb in verbs.items() if not verb.hidden}
    assert {one.verb for one in SCENARIOS} == typed
    assert len({one.id for one in SCENARIOS}) == len(SCENARIOS)
    assert all(callable(getattr(places, one.place)) for one in SCENARIOS)


def test_every_method_that_trains_is_repeated():
    assert set(SMALL) == set(IDS)
    for paper in papers():
        composed = {m.id for m in paper.methods if m.parts or m.released}
        assert composed.isdisjoint(methods_of(paper))
        assert composed | set(methods_of(paper)) == {m.id for m in paper.methods}


def write_two():
    write_text("a.csv", "x\n1\n")
    write_json("b.json", {"seconds": 1})


def test_a_process_is_killed_before_each_of_its_writes(tmp_path):
    """Of both files: opened, renamed. A kill leaves one of four states."""
    whole = run(tmp_path, write_two)
    assert (whole.code, whole.writes) == (0, 4) and not trees.left_over(tmp_path)
    states = set()
    for number in range(1, 6):
        for path in tmp_path.iterdir():
            path.unlink()
        ended = run(tmp_path, write_two, at_write=number)
        assert ended.code == (-signal.SIGKILL if number < 5 else 0)
        states.add(trees.state(tmp_path))
        assert trees.half_written(tmp_path) == []
        assert len(trees.left_over(tmp_path)) == (number in (2, 4))
    assert len(states) == 5


def test_a_process_is_refused_all_writes_from_one_on(tmp_path):
    ended = run(tmp_path, write_two, refused_from=3)
    assert ended.code == 1 and "Read-only file system" in ended.output
    assert trees.names(tmp_path) == {"a.csv"}


def test_a_process_is_killed_at_a_moment(tmp_path):
    for _ in range(2):
        ended = run(tmp_path, signal.pause, after=0.05)
        assert ended.was_killed and ended.writes is None
    assert [one.code for one in run_at_once(tmp_path, write_two)] == [0, 0]


def test_a_process_stands_still_while_it_is_looked_at(tmp_path):
    """At each moment as many files as it has written, and then it goes on."""
    counts = []

    def write_many():
        for number in range(40):
            (tmp_path / str(number)).write_text("x")
            time.sleep(0.01)

    def look(moment):
        counts.append(len(list(tmp_path.iterdir())))
        time.sleep(0.05)
        assert len(list(tmp_path.iterdir())) == counts[-1]

    ended = run_frozen(tmp_path, write_many, [0.0, 0.1, 0.2, 60.0], look)
    assert ended.code == 0 and len(list(tmp_path.iterdir())) == 40
    assert len(counts) == 3 and counts == sorted(counts) and counts[-1] < 40


def test_a_process_stands_still_while_it_starts_others(tmp_path):
    """It sleeps until a child has become another program, which stands still, too."""

    def start_many():
        for _ in range(100):
            subprocess.run(["true"], check=True)

    moments = [number / 100 for number in range(30)]
    assert run_frozen(tmp_path, start_many, moments, lambda moment: None).code == 0


def test_counts_of_what_was_not_tried_again_stay():
    earlier = {"at_moments": "5", "frozen": "0", "at_writes": "4", "read_only": "3"}
    earlier |= {"at_once": "3", "clock": "1", "states": "9", "same": "16", "found": ""}
    row = {"at_moments": 2, "frozen": 9, "states": 4, "same": 11, "found": ""}
    row |= {"at_writes": 0, "read_only": 0, "at_once": 0, "clock": 0}
    found = with_earlier(row, earlier, {"at_moments": 2, "frozen": 9})
    assert (found["at_moments"], found["at_writes"], found["clock"]) == (2, 4, 1)
    assert (found["same"], found["states"], moments_of(found)) == (22, 9, 11)
    assert with_earlier(row, earlier | {"found": "left: x"}, {}) == row


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", b'{"a": '),
        ("a.csv", b"x,y\n1,2\n3"),
        ("a.csv", b"x,y\n1,2\n3,4"),
        ("a.csv", b""),
        ("a.h5", b"\x89HDF\r\n"),
        ("a.png", b"\x89PNG"),
        ("a.html", b"<html>"),
        ("a.nii.gz", b"\x1f\x8b"),
    ],
)
def test_half_files_are_found(tmp_path, name, content):
    (tmp_path / f".{name}.4711.tmp").write_bytes(content)
    assert trees.half_written(tmp_path) == []
    assert trees.left_over(tmp_path) == [f".{name}.4711.tmp"]
    (tmp_path / name).write_bytes(content)
    (found,) = trees.half_written(tmp_path)
    assert found.startswith(f"half: {name}")


def test_only_dates_and_durations_may_differ(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    for folder, seconds in ((one, 1), (other, 2)):
        write_json(folder / "a.json", {"seconds": seconds, "epochs": 3})
        write_text(folder / "b.csv", f"dice,seconds\n0.5,{seconds}\n")
        with h5py.File(folder / "c.weights.h5", "w") as file:
            file.create_dataset("kernel", data=[1.0, 2.0], track_times=True)
    before = trees.contents(one)
    assert trees.differences(before, trees.contents(other)) == []
    state = trees.state(one)
    assert trees.state(other) == state
    write_json(other / "a.json", {"seconds": 1, "epochs": 4})
    write_text(other / "d.csv", "x\n1\n")
    (other / "b.csv").unlink()
    found = trees.differences(before, trees.contents(other))
    assert found == ["other: a.json", "missing: b.csv", "left: d.csv"]
    cut = (one / "c.weights.h5").read_bytes()[:-9]
    for folder in (one, other):
        (folder / "c.weights.h5").write_bytes(cut)
    assert len({state, trees.state(one), trees.state(other)}) == 3
