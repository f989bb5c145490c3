"""A run that is killed with SIGKILL, even while it saves, ends with the same bits."""

import signal

import numpy as np
import pandas as pd

from tests.forked import run_forked
from tests.killed import arrays

# At the first step, within an epoch and at its end, and in each phase of a save.
KILLS = ("step:1", "step:3", "manifest:2", "step:5", "replace:2", "prune:3", "step:2")


def run(*rows):
    imports = "from tests.common.training.jobs.resume import main"
    return run_forked(imports, "main(*sys.argv[1:])", rows)


def state(folder):
    newest = max((folder / "state").iterdir())
    return arrays(newest / "variables.h5")


def test_killed_run_ends_bit_equal(tmp_path):
    straight, killed = tmp_path / "straight", tmp_path / "killed"
    first, *ends = run((straight, "never"), *((killed, kill) for kill in KILLS))
    assert first.returncode == 0, first.stderr
    for kill, done in zip(KILLS, ends, strict=True):
        assert done.returncode == -signal.SIGKILL, (kill, done.stderr)
    # The last one shares nothing with those that were killed, not even imports.
    (done,) = run((killed, "never"))
    assert done.returncode == 0, done.stderr

    for name in ("last.weights.h5", "best.weights.h5", "average.weights.h5"):
        expected, received = arrays(straight / name), arrays(killed / name)
        assert expected.keys() == received.keys()
        for key in expected:
            np.testing.assert_array_equal(received[key], expected[key], err_msg=key)
    # The variables of the optimizer and of the average, the seed of the dropout, too.
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
