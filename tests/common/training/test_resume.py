"""A run that is killed with SIGKILL, even while it saves, ends with the same bits."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from tests.killed import arrays

ROOT = Path(__file__).resolve().parents[3]
JOB = Path(__file__).with_name("jobs") / "resume.py"
# At the first step, within an epoch and at its end, and in each phase of a save.
KILLS = ("step:1", "step:3", "manifest:2", "step:5", "replace:2", "prune:3", "step:2")


def run(folder, kill):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.run(
        [sys.executable, JOB, folder, kill],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


def state(folder):
    newest = max((folder / "state").iterdir())
    return arrays(newest / "variables.h5")


def test_killed_run_ends_bit_equal(tmp_path):
    straight, killed = tmp_path / "straight", tmp_path / "killed"
    done = run(straight, "never")
    assert done.returncode == 0, done.stderr
    for kill in KILLS:
        assert run(killed, kill).returncode == -signal.SIGKILL, kill
    done = run(killed, "never")
    assert done.returncode == 0, done.stderr

    for name in ("last.weights.h5", "best.weights.h5"):
        expected, received = arrays(straight / name), arrays(killed / name)
        assert expected.keys() == received.keys()
        for key in expected:
            np.testing.assert_array_equal(received[key], expected[key], err_msg=key)
    # The optimizer's variables and the dropout's seed, too.
    expected, received = state(straight), state(killed)
    assert len(expected) > 20
    for key in expected:
        np.testing.assert_array_equal(received[key], expected[key], err_msg=key)
    columns = ["epoch", "loss", "val_dice"]
    pd.testing.assert_frame_equal(
        pd.read_csv(killed / "history.csv")[columns],
        pd.read_csv(straight / "history.csv")[columns],
        check_exact=True,
    )
