"""A demo's jobs, two at once and one after the other: the same rows, to the bit."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from papers.engine.devices.cores import bound

CORES = sorted(getattr(os, "sched_getaffinity", lambda _: ())(0))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        len(CORES) < 2, reason="needs a system that binds processes, and two cores"
    ),
]
ROOT = Path(__file__).resolve().parents[4]
WORDS = ["reproduce", "linkdsl", "--methods", "dual,cdsl", "--epochs", "2"]


def run(folder, cores):
    """Runs the demo in a folder, on some cores; returns its lines and its rows."""
    folder.mkdir()
    with bound(set(cores)):
        done = subprocess.run(
            [sys.executable, "-m", "papers", *WORDS],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    results = folder / "results" / "local" / "linkdsl" / "phantom"
    history = pd.concat(
        pd.read_csv(path).drop(columns=["seconds", "data_wait_share"])
        for path in sorted(folder.glob("runs/linkdsl/*/*/*/history.csv"))
    )
    return done.stdout, pd.read_csv(results / "cases.csv"), history


def test_rows_do_not_depend_on_the_number_of_cores(tmp_path):
    shown, *several = run(tmp_path / "several", CORES)
    alone, *one = run(tmp_path / "one", CORES[:1])
    for found, other in zip(several, one, strict=True):
        assert len(found) > 0
        pd.testing.assert_frame_equal(found, other, check_exact=True)
    # Both did the four jobs, each with its score, in an order of their own.
    for text in (shown, alone):
        assert text.count("2 epochs, best in epoch") == 4
        assert text.count(": scored ") == 4
