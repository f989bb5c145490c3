"""A node that does not see the folder: what it gets, what comes back, and when."""

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from data.phantom.figshare.write import write_phantom
from papers.engine.devices.belongings import Belongings
from papers.engine.devices.carried import Carried
from papers.engine.devices.node import LostError, run_task
from papers.engine.devices.store import Store
from tests.disks import ROOT
from tests.faults import trees
from tests.faults.places import ONE

FOLDERS = ("runs/one", "runs/needed")


@pytest.fixture
def head(tmp_path, monkeypatch):
    """The folder of the command; another home for what a node keeps."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name, text in {
        "head/runs/needed/weights": "w",
        "head/runs/one/state/step-1/manifest": "1",
        "head/runs/other/weights": "not needed",
        "head/cache/a/1": "prepared",
        "elsewhere/brats/1.nii": "image",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "head"


def carried(store, seconds=3600.0):
    data = Path("../elsewhere/brats")
    belongings = Belongings(data=data, others=("cache/a", "weights/x"), commit="abc")
    return Carried(store, "train one", FOLDERS, belongings, seconds)


def files(folder):
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in found}


def run(head, program, seconds=3600.0):
    messages, store = [], Store(head)
    command = ["/nowhere/.venv/bin/python3", "-c", program]
    code = run_task(
        "train one",
        command,
        (str(head), "no-token", {}),
        lambda *message: messages.append(message),
        carried=partial(carried, store, seconds),
    )
    return code, [text for _, kind, text in messages if kind == "line"]


def test_what_a_task_needs_is_there_and_what_it_writes_comes_back(head):
    program = (
        "import os, pathlib, shutil, sys; print(os.getcwd(), sys.executable)\n"
        "print(*sys.argv[1:], os.environ['BRAINTUMOR_COMMIT'])\n"
        "p = pathlib.Path(); print(sorted(map(str, p.rglob('[1w]*'))))\n"
        "(p / 'runs/one/state/step-2').mkdir()\n"
        "(p / 'runs/one/state/step-2/manifest').write_text('2')\n"
        "(p / 'runs/one/.half.tmp').write_text('3')\n"
        "shutil.rmtree('runs/one/state/step-1')"
    )
    code, (where, words, found) = run(head, program)
    assert code == 0
    assert str(head) not in where and where.endswith(sys.executable)
    assert words == "--data carried/brats abc"
    assert found == str(["cache/a/1", "carried/brats/1.nii", "runs/needed/weights"])
    assert files(head / "runs/one") == {"state/step-2/manifest": "2"}
    assert not (head / "runs/one/state/step-1").exists()
    assert not Path(where.split()[0]).exists()


def test_what_a_node_has_is_not_fetched_again(head, monkeypatch):
    with carried(Store(head)) as first:
        (first.folder / "runs/needed/weights").write_text("changed there alone")
    monkeypatch.setattr(Store, "read", None)
    with carried(Store(head)) as again:
        kept = files(again.folder)
        stamp = (again.folder / "cache/a/1").stat().st_mtime_ns
    assert kept["runs/needed/weights"] == "w" and kept["cache/a/1"] == "prepared"
    assert stamp == (head / "cache/a/1").stat().st_mtime_ns
    assert files(head)["runs/needed/weights"] == "w"


def test_what_a_task_has_written_is_back_before_its_node_is_lost(head):
    program = (
        "import os, pathlib, time\n"
        "pathlib.Path('runs/one/state/step-1/manifest').write_text('later')\n"
        f"while pathlib.Path({str(head)!r}, 'runs/one/state/step-1/manifest')"
        ".read_text() != 'later': time.sleep(0.01)\n"
        "os.kill(os.getpid(), 9)"
    )
    with pytest.raises(LostError):
        run(head, program, seconds=0.05)
    with carried(Store(head)) as again:
        assert files(again.folder)["runs/one/state/step-1/manifest"] == "later"


def test_files_arrive_in_the_order_in_which_they_were_written(head, monkeypatch):
    arrived = []
    monkeypatch.setattr(Store, "write", lambda *a: arrived.append(Path(a[2]).name))
    with carried(Store(head)) as copy:
        for number, name in enumerate(("weights", "variables", "manifest")):
            path = copy.folder / "runs/one" / name
            path.write_text(name)
            os.utime(path, ns=(number, number))
    assert arrived == ["weights", "variables", "manifest"]


def test_what_changes_while_it_is_read_is_sent_later(head):
    with carried(Store(head)) as copy:
        path = copy.folder / "runs/one/weights"
        path.write_text("old")
        stamps, look = iter([0, 1]), copy._written

        def moving():
            os.utime(path, ns=(0, next(stamps, 1)))
            return look()

        copy._written = moving
        assert not copy._send() and "weights" not in files(head / "runs/one")
        assert copy._send() and files(head / "runs/one")["weights"] == "old"


def test_an_attempt_that_was_given_up_writes_nothing(head):
    store = Store(head)
    old = store.begin("train one")
    new = store.begin("train one")
    for change in (store.write, lambda *a: store.remove(*a[:2])):
        with pytest.raises(ValueError, match="attempt 1 is not the last"):
            change(old, "runs/one/state/step-1/manifest", b"old", 0)
        for name in ("../elsewhere/brats/1.nii", str(head.parent / "x")):
            with pytest.raises(ValueError, match="not below the folder"):
                change(new, name, b"x", 0)
    assert files(head)["runs/one/state/step-1/manifest"] == "1"
    store.write(new, "runs/one/weights", b"new", 10**18)
    assert (head / "runs/one/weights").stat().st_mtime_ns == 10**18


def test_a_folder_that_cannot_be_reached_ends_the_task(head):
    def lost(*_):
        raise ConnectionError("the head is gone")

    store = Store(head)
    with pytest.raises(ConnectionError), carried(store, seconds=0.01) as copy:
        store.write = lost
        (copy.folder / "runs/one/weights").write_text("x")
        time.sleep(0.1)
    assert not copy.folder.exists()


def test_what_could_not_be_sent_is_sent_the_next_time(head):
    failures = [ConnectionError("for a moment")]
    store = Store(head)
    write = store.write

    def once_lost(*arguments):
        if failures:
            raise failures.pop()
        write(*arguments)

    with carried(store, seconds=0.01) as copy:
        store.write = once_lost
        (copy.folder / "runs/one/weights").write_text("x")
        deadline = time.monotonic() + 10
        while files(head / "runs/one").get("weights") != "x":  # before the task's end
            assert time.monotonic() < deadline
            time.sleep(0.01)
    assert not failures


@pytest.mark.slow
def test_a_training_there_is_the_same(tmp_path, monkeypatch):
    """Weights, states, history and rows, here and on another node."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    words = [*ONE, "--set", "network.base_filters=16"]

    def command(verb):
        return [sys.executable, "-m", "papers", verb, *words]

    def here(folder, verb):
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        subprocess.run(command(verb), cwd=folder, env=environment, check=True)

    def there(folder, verb):
        belongings = Belongings("mats", others=("cache",))
        store, lines = Store(folder), []
        code = run_task(
            verb,
            command(verb),
            (str(folder), "no-token", {"PYTHONPATH": str(ROOT)}),
            lambda *message: lines.append(message),
            carried=lambda: Carried(store, verb, (run,), belongings),
        )
        assert code == 0, lines

    alone, head = tmp_path / "alone", tmp_path / "head"
    for folder in (alone, head):
        write_phantom(folder / "mats", count=24, size=64, max_slices=3)
        here(folder, "prepare")
    here(alone, "train")
    (found,) = alone.glob("runs/linkdsl/*/*/*")
    run = found.relative_to(alone).as_posix()
    there(head, "train")
    here(alone, "evaluate")
    there(head, "evaluate")
    one, other = (trees.contents(folder / run) for folder in (alone, head))
    one.pop(".lock")  # it says who is at work where it lies
    assert trees.differences(one, other) == [] and "cases.csv" in one
