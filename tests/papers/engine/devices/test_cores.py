"""Cores of their own for tasks that run at the same time."""

import os
import subprocess
import sys
import tempfile

import pytest

from papers.engine.devices.cores import bound, own_cores

ALL = getattr(os, "sched_getaffinity", lambda _: set())(0)
pytestmark = pytest.mark.skipif(
    len(ALL) < 2, reason="needs a system that binds processes, and two cores"
)
ASK = [sys.executable, "-c", "import os; print(sorted(os.sched_getaffinity(0)))"]


@pytest.fixture(autouse=True)
def locks(tmp_path, monkeypatch):
    """The locks of this test only: other tests may run tasks meanwhile."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_tasks_at_once_share_no_core():
    with own_cores(1) as first, own_cores(1) as second:
        assert len(first) == len(second) == 1
        assert not first & second
    with own_cores(len(ALL)) as again:
        assert again == ALL


def test_no_bound_where_fewer_are_free():
    with own_cores(1):
        with own_cores(len(ALL)) as none:
            assert none is None
        with own_cores(len(ALL) - 1) as rest:  # the attempt above kept none
            assert len(rest) == len(ALL) - 1


@pytest.mark.parametrize("count", [None, 0])
def test_all_are_shared_where_none_are_asked_for(count):
    with own_cores(count) as none, own_cores(len(ALL)) as cores:
        assert none is None
        assert cores == ALL


def test_no_bound_where_nothing_can_be_locked(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with own_cores(1) as none:
        assert none is None


def test_a_process_stays_on_its_cores_and_this_one_does_not():
    with bound({min(ALL)}):
        process = subprocess.Popen(ASK, stdout=subprocess.PIPE, text=True)
    assert os.sched_getaffinity(0) == ALL
    assert process.communicate()[0].strip() == str([min(ALL)])


def test_without_cores_nothing_is_bound():
    with bound(None):
        assert os.sched_getaffinity(0) == ALL
