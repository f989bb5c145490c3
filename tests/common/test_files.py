"""Files are whole or absent, whatever happens while they are written."""

import fcntl
import hashlib
import os
import signal
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common import files
from common.errors import UserError
from tests.disks import run_python, small_disk
from tests.faults.processes import run
from tests.held import holding

KILL = "os.kill(os.getpid(), signal.SIGKILL)"
WRITE_FILE = f"""
import os, signal, sys
from common import files
if sys.argv[2] == "rename":
    files.os.replace = lambda *paths: {KILL}
with files.atomic_path(sys.argv[1]) as temporary:
    temporary.write_text("new")
    if sys.argv[2] == "write":
        {KILL}
"""
WRITE_FOLDER = f"""
import os, signal, sys
from common import files
if sys.argv[2] == "rename":
    files.os.replace = lambda *paths: {KILL}
with files.atomic_folder(sys.argv[1]) as folder:
    (folder / "a").write_text("new")
    if sys.argv[2] == "write":
        {KILL}
    (folder / "b").write_text("new")
"""
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_writes_whole_and_leaves_nothing_beside(tmp_path):
    path = tmp_path / "new" / "folders" / "a.txt"
    files.write_text(path, "müde")
    files.write_text(path, "wach")
    assert path.read_bytes() == b"wach"
    assert names(path.parent) == ["a.txt"]


def test_exception_inside_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError):
        with files.atomic_path(path) as temporary:
            temporary.write_text("half")
            raise ZeroDivisionError
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("when", ["write", "rename"])
def test_kill_leaves_the_old_file(tmp_path, when):
    path = tmp_path / "a.txt"
    path.write_text("old")
    assert run_python(WRITE_FILE, path, when).returncode == -signal.SIGKILL
    assert path.read_text() == "old" and len(names(tmp_path)) == 2
    assert run_python(WRITE_FILE, path, "never").returncode == 0
    assert path.read_text() == "new" and names(tmp_path) == ["a.txt"]


def test_folder_replaces_all_of_the_old_one(tmp_path):
    path = tmp_path / "folder"
    for number in (1, 2):
        with files.atomic_folder(path) as folder:
            (folder / f"{number}.txt").write_text(str(number))
            assert number == 1 or names(path) == ["1.txt"]
    assert names(path) == ["2.txt"]
    assert names(tmp_path) == ["folder"]


def test_exception_inside_leaves_the_old_folder(tmp_path):
    path = tmp_path / "folder"
    path.mkdir()
    (path / "a").write_text("old")
    with pytest.raises(ZeroDivisionError):
        with files.atomic_folder(path) as folder:
            (folder / "a").write_text("half")
            raise ZeroDivisionError
    assert (path / "a").read_text() == "old"
    assert names(tmp_path) == ["folder"]


@pytest.mark.parametrize("when", ["write", "rename"])
def test_kill_leaves_no_half_folder(tmp_path, when):
    path = tmp_path / "folder"
    assert run_python(WRITE_FOLDER, path, when).returncode == -signal.SIGKILL
    assert not path.exists()
    assert run_python(WRITE_FOLDER, path, "never").returncode == 0
    assert names(path) == ["a", "b"] and names(tmp_path) == ["folder"]


def test_kill_leaves_no_half_of_the_old_folder(tmp_path, monkeypatch):
    """Killed as soon as it is being deleted, before anything is gone."""
    path, seen = tmp_path / "folder", []
    remove = files.shutil.rmtree

    def watched(folder, **options):
        if folder.is_dir():
            seen.append({p.name: names(p) for p in tmp_path.iterdir()})
        remove(folder, **options)

    monkeypatch.setattr(files.shutil, "rmtree", watched)
    for name in ("a", "b"):
        with files.atomic_folder(path) as folder:
            (folder / name).write_text("whole")
    (left,) = seen
    assert left.pop("folder") == ["b"]
    assert list(left.values()) == [["a"]] and next(iter(left)).startswith(".folder.old")


def test_who_still_writes_here_or_elsewhere_keeps_its_file(tmp_path):
    """Only what a killed process of this machine left of the same file is removed."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    here = files._temporary(tmp_path / "a.csv").name
    ours, own = f".{os.getpid()}.tmp", f".{process.pid}.tmp"
    left = here.replace(ours, own)
    kept = {here.replace(ours, f".{os.getppid()}.tmp"), f".a.csv.0a1b2c{own}"}
    kept |= {left.replace("a.csv", "b.csv"), left.replace("a.csv", "a.csv.b")}
    for name in (left, f"{left}.keras", *kept):
        (tmp_path / name).write_text("half")
    files.write_text(tmp_path / "a.csv", "whole")
    assert set(names(tmp_path)) == {"a.csv", *kept}


@pytest.mark.parametrize("write", [files.write_text, files.write_json])
def test_parent_that_is_a_file(tmp_path, write):
    (tmp_path / "parent").write_text("a file")
    path = tmp_path / "parent" / "a.txt"
    with pytest.raises(UserError, match="Next: free space or make") as caught:
        write(path, "text")
    assert caught.value.file == str(path)
    assert (tmp_path / "parent").read_text() == "a file"


def test_parent_of_a_folder_that_is_a_file(tmp_path):
    (tmp_path / "parent").write_text("a file")
    with pytest.raises(UserError, match="to be able to write it"):
        with files.atomic_folder(tmp_path / "parent" / "folder"):
            raise AssertionError("there is no folder to write into")


def test_full_disk_leaves_the_old_files(tmp_path):
    with small_disk(tmp_path):
        files.write_text(tmp_path / "a.txt", "old")
        with files.atomic_folder(tmp_path / "folder") as folder:
            (folder / "a").write_text("old")
        for _ in range(2):  # the first failure must not leave the disk full
            with pytest.raises(UserError, match="Received: No space left on device"):
                files.write_text(tmp_path / "a.txt", "x" * 100_000)
            with pytest.raises(UserError, match="Received: No space left on device"):
                with files.atomic_folder(tmp_path / "folder") as folder:
                    (folder / "a").write_bytes(bytes(100_000))
            assert names(tmp_path) == ["a.txt", "folder"]
            assert (tmp_path / "a.txt").read_text() == "old"
            assert (tmp_path / "folder" / "a").read_text() == "old"
        files.write_text(tmp_path / "a.txt", "x" * 20_000)
        assert len((tmp_path / "a.txt").read_text()) == 20_000


def test_lock_is_held_by_one_at_a_time(tmp_path):
    folder = tmp_path / "new" / "run"
    for _ in range(2):  # released at the end
        with files.lock(folder):
            with pytest.raises(ValueError, match="held already"):
                with files.lock(folder):
                    raise AssertionError("waits for itself")
            with files.lock(tmp_path / "another run"):
                assert folder.is_dir()


def test_who_waits_says_for_whom_and_then_has_its_turn(tmp_path):
    lines = []
    with holding(tmp_path) as other:

        def say(line):
            lines.append(line)
            other.stdin.close()  # the other one finishes

        with files.lock(tmp_path, say):
            assert (tmp_path / "a.csv").read_text() == "whole"
    (line,) = lines
    who = f"process {other.pid} (make train-x SEEDS=1)"
    assert line == f"waiting for {who}, which is using {tmp_path}"
    with files.lock(tmp_path, say):
        assert len(lines) == 1, "nobody holds it now"


def test_what_a_running_process_writes_is_not_removed(tmp_path):
    """A lock of the folder around it does not make it a leftover."""
    with holding(tmp_path / "phantom"), files.lock(tmp_path):
        assert len(list(tmp_path.rglob(".*.tmp"))) == 1
    assert (tmp_path / "phantom" / "a.csv").exists()


def test_a_folder_that_is_not_there_yet_is_written_by_one_at_a_time(tmp_path):
    path = tmp_path / "data"
    with files.lock_beside(path):
        assert [p.name for p in tmp_path.iterdir()] == [".data.lock"]
        with pytest.raises(ValueError, match="held already"):
            with files.lock_beside(path):
                raise AssertionError("waits for itself")
    assert not list(tmp_path.iterdir())


def test_who_has_waited_for_a_lock_that_is_removed_holds_the_new_one(tmp_path):
    """The other one removes its lock file just before it lets go."""
    path = tmp_path / ".data.lock"

    other = open(path, "w")
    fcntl.flock(other, fcntl.LOCK_EX)

    def say(line):
        path.unlink()
        other.close()

    with files.lock_beside(tmp_path / "data", say), open(path) as third:
        with pytest.raises(BlockingIOError):
            fcntl.flock(third, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with pytest.raises(ZeroDivisionError), files.lock_beside(tmp_path / "data"):
        raise ZeroDivisionError
    assert not list(tmp_path.iterdir())


def test_a_disk_that_becomes_read_only_is_one_error(tmp_path):
    """Not that of the lock's own file, which cannot be removed."""

    def write():
        with files.lock_beside(tmp_path / "data"):
            files.write_text(tmp_path / "data", "whole")

    ended = run(tmp_path, write, refused_from=2)  # after the lock
    assert ended.output.splitlines()[-1].startswith("common.errors.UserError")
    assert "During handling" not in ended.output


KILL_WITH_LOCK = f"""
import os, pathlib, signal, sys
from common import files
folder = pathlib.Path(sys.argv[1])
with files.lock(folder):
    with files.atomic_path(folder / "best.csv") as temporary:
        temporary.write_text("half")
        with files.atomic_folder(folder / "state" / "step-1") as inner:
            (inner / "variables").write_text("half")
            {KILL}
"""


def test_lock_of_a_killed_process_is_free_and_its_leftovers_are_removed(tmp_path):
    assert run_python(KILL_WITH_LOCK, tmp_path).returncode == -signal.SIGKILL
    (tmp_path / ".best.weights.h5.4711.tmp.weights.h5").write_text("half")
    names = ["notes.tmp", ".hidden", "best.csv", ".mine.tmp", ".scan.nii.tmp"]
    mine = [tmp_path / name for name in names]
    for path in mine:
        path.write_text("the user's")
    assert len(list(tmp_path.rglob(".*tmp*"))) == 5
    with files.lock(tmp_path):
        assert len(list(tmp_path.rglob(".*tmp*"))) == 2
        assert [path.read_text() for path in mine] == ["the user's"] * 5


def test_lock_where_nothing_can_be_written(tmp_path):
    (tmp_path / "parent").write_text("a file")
    with pytest.raises(UserError, match="to be able to write it"):
        with files.lock(tmp_path / "parent" / "run"):
            raise AssertionError("there is no such folder")


@settings(deadline=None, max_examples=50)  # each example writes
@given(value=json_values)
def test_json_round_trip(tmp_path_factory, value):
    path = tmp_path_factory.getbasetemp() / "value.json"
    files.write_json(path, value)
    assert files.read_json(path) == value


@pytest.mark.parametrize("content", [b"", b'{"a": ', b"\xff\xfe", b"a,b\n1,2\n"])
def test_what_is_not_json(tmp_path, content):
    path = tmp_path / "value.json"
    path.write_bytes(content)
    with pytest.raises(UserError, match="expected a JSON file.*delete it") as caught:
        files.read_json(path)
    assert caught.value.file == str(path)


def test_sha256_is_that_of_the_bytes(tmp_path):
    content = os.urandom(300_000)
    (tmp_path / "a").write_bytes(content)
    assert files.sha256(tmp_path / "a") == hashlib.sha256(content).hexdigest()


def test_a_name_that_no_file_can_have(tmp_path):
    with pytest.raises(UserError, match="File name too long"):
        files.sha256(tmp_path / ("x" * 3000))


def test_digest_is_of_content_not_of_order():
    assert files.digest({"a": 1, "b": (2, 3)}) == files.digest({"b": [2, 3], "a": 1})
    different = [{}, [], None, 0, "0", False, [0, 1], [1, 0], {"a": {"b": 1}}]
    assert len({files.digest(value) for value in different}) == len(different)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_lock_on_a_full_disk_names_nobody_and_closes():
    """What Python had buffered would fail again when the file is closed."""
    with open("/dev/full", "a+", encoding="utf-8") as file:
        files._sign(file, "process 1 (make table-linkdsl)")
    assert file.closed


def test_json_that_is_nested_too_deeply(tmp_path):
    (tmp_path / "a.json").write_text("[" * 100_000)
    with pytest.raises(UserError, match="a.json: expected a JSON file"):
        files.read_json(tmp_path / "a.json")
