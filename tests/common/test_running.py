"""Which processes run: what has ended does not, whether or not somebody waited."""

import os
import subprocess
import sys

import pytest

from common.running import is_running


def test_this_one_runs_and_one_that_was_waited_for_does_not():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert is_running(os.getpid()) and not is_running(process.pid)


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="no /proc here")
def test_one_that_nobody_has_waited_for_has_ended():
    process = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    os.kill(process.pid, 0)  # it is there nevertheless
    assert not is_running(process.pid)
    process.wait()
