"""A preparation that is killed, and run again."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time

import pytest

from tests.data.prepared.brats17_tree import write_tree
from tests.disks import ROOT

COUNT = 8
# For each folder that it reads a preparation in a process group of its own. All share
# what takes a second to import, and so do the processes that they start.
PREPARE = """
import multiprocessing, os, pathlib, sys
import SimpleITK, h5py, nibabel
from types import SimpleNamespace
from data.brats.dataset import BratsDataset
from data.prepared import processes
from data.prepared.n4 import N4
from data.prepared.prepare import prepare_volumes
from data.prepared.volume_cache import VolumeCache

processes.multiprocessing = SimpleNamespace(
    get_context=lambda _: multiprocessing.get_context("fork"),
    parent_process=multiprocessing.parent_process,
)
for folder in sys.stdin:
    child = os.fork()
    if not child:
        break
    print("ended", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
else:
    sys.exit()
os.setsid()
print(os.getpid())
n4 = N4(shrink=2, iterations=(5,), exclude=("flair",))
cache = VolumeCache(pathlib.Path(folder.strip()), "brats17", "fingerprint", n4)
prepare_volumes(BratsDataset(pathlib.Path(sys.argv[1])), cache, 2)
"""


class Preparations:
    """Preparations of one tree, each in a process of its own, one after the other."""

    def __init__(self, root):
        self._processes = subprocess.Popen(
            [sys.executable, "-c", PREPARE, root],
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    def start(self, folder):
        """Starts one; returns its process group after its first line."""
        print(folder, file=self._processes.stdin)
        group = int(self._processes.stdout.readline())
        assert "cases to prepare" in self._processes.stdout.readline()
        return group

    def end(self):
        """Waits for the end of the one that was started last; returns its exit code."""
        for line in self._processes.stdout:
            if line.startswith("ended "):
                return int(line.split()[1])
        raise AssertionError("the process that starts them has ended")

    def close(self):
        self._processes.communicate()


def wait_for_cases(group, folder, more):
    """Waits until a running preparation has written some more cases, or has ended."""
    before = len(list(folder.glob("*/*.h5")))
    with contextlib.suppress(ProcessLookupError):
        while len(list(folder.glob("*/*.h5"))) < before + more:
            os.killpg(group, 0)
            time.sleep(0.005)


def wait_for_the_end_of_group(group):
    """Waits for the processes that a killed one has started: they end a bit later."""
    with contextlib.suppress(ProcessLookupError):
        for _ in range(1000):
            os.killpg(group, 0)
            time.sleep(0.005)


def contents(folder):
    """What a preparation has left but for its lock, which names a killed process."""
    files = folder.glob("brats17-*/*")
    return {path.name: path.read_bytes() for path in files if path.name != ".lock"}


@pytest.fixture
def preparations(tmp_path):
    write_tree(tmp_path / "brats", COUNT, (24, 32, 32))
    with contextlib.closing(Preparations(tmp_path / "brats")) as processes:
        yield processes


def test_killed_at_any_moment_it_ends_as_if_never_killed(preparations, tmp_path):
    preparations.start(tmp_path / "whole")
    assert preparations.end() == 0
    expected = contents(tmp_path / "whole")
    assert len(expected) == COUNT + 1

    moments, seen, killed = random.Random(5), set(), 0
    while killed < 10:
        group = preparations.start(tmp_path / "killed")
        wait_for_cases(group, tmp_path / "killed", moments.randrange(5))
        time.sleep(moments.uniform(0, 0.15))
        with contextlib.suppress(ProcessLookupError):  # it has ended by itself
            os.killpg(group, signal.SIGKILL)
        killed += preparations.end() == -signal.SIGKILL
        wait_for_the_end_of_group(group)
        there = contents(tmp_path / "killed")
        for name, content in there.items():
            assert name.endswith(".tmp") or content == expected.get(name), name
        cases = sorted(name for name in there if name.endswith(".h5"))
        seen.add(len(cases))
        for name in moments.sample(cases, max(0, len(cases) - 2)):
            # Enough must be left to be interrupted.
            next((tmp_path / "killed").glob(f"*/{name}")).unlink()
    assert len(seen) > 2, "killed at one moment only"
    preparations.start(tmp_path / "killed")
    assert preparations.end() == 0
    assert contents(tmp_path / "killed") == expected
