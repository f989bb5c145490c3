"""The progress of a run: what a saved state holds, and what an epoch's row says."""

import json

import numpy as np
import pytest
import tensorflow as tf

from common.errors import UserError
from common.training.progress import Progress

ROW = {"epoch": 1, "loss": 0.5, "val_dice": 0.7, "seconds": 3.0}
ROW |= {"data_wait_share": 0.1}


def test_a_run_that_has_not_begun():
    assert Progress.from_state(None, "state") == Progress(0, [], None, [], 0.0, 0.0)


def test_a_saved_state_gives_the_progress_back():
    before = Progress(5, [ROW], 0.7, [0.25, 0.5], 1.5, 0.5)
    step, extra = before.step, json.loads(json.dumps(before.extra()))
    assert Progress.from_state((step, extra), "state") == before


def test_losses_on_a_device_are_saved_as_numbers():
    progress = Progress(1, epoch_losses=[tf.constant(0.1)])
    assert progress.extra()["epoch_losses"] == [float(np.float32(0.1))]


def test_the_first_states_held_no_times():
    extra = {"history": [ROW], "best": 0.7, "epoch_losses": [1.0]}
    progress = Progress.from_state((4, extra), "state")
    assert (progress.seconds, progress.waited) == (0.0, 0.0)
    assert (progress.step, progress.best, progress.epoch_losses) == (4, 0.7, [1.0])


def test_an_epoch_becomes_a_row_and_the_next_one_begins():
    progress = Progress(4, [ROW], 0.7, [0.25, 0.75], seconds=8.0, waited=2.0)
    row = progress.row({"val_dice": 0.6})
    assert row == {
        "epoch": 2,
        "loss": 0.5,
        "val_dice": 0.6,
        "seconds": 8.0,
        "data_wait_share": 0.25,
    }
    progress.end_epoch(row, 0.6)
    assert progress == Progress(4, [ROW, row], 0.7, [], 0.0, 0.0)


@pytest.mark.parametrize(
    "best, score, better",
    [(None, -1.0, True), (0.5, 0.6, True), (0.5, 0.5, False), (0.5, np.nan, False)],
)
def test_only_a_higher_score_is_better(best, score, better):
    progress = Progress(best=best, epoch_losses=[1.0], seconds=1.0)
    assert progress.is_better(score) == better
    progress.end_epoch({}, score)
    assert progress.best == (score if better else best)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_loss_that_is_not_finite_is_named_by_its_step(bad):
    progress = Progress(7, epoch_losses=[1.0, 2.0, bad, 1.0])
    with pytest.raises(UserError, match=f"{bad} at step 6") as caught:
        progress.check_finite("run")
    assert caught.value.file == "run"
    Progress(2, epoch_losses=[1.0, 2.0]).check_finite("run")


def test_columns_of_the_table_do_not_depend_on_the_order_in_a_state():
    shuffled = dict(sorted(ROW.items()))
    table = Progress(3, [shuffled | {"a": 1.0}]).table()
    assert list(table) == [
        "epoch",
        "loss",
        "a",
        "val_dice",
        "seconds",
        "data_wait_share",
    ]
    assert list(Progress().table()) == ["epoch", "loss", "seconds", "data_wait_share"]


@pytest.mark.parametrize(
    "changed",
    [
        {"history": {"epoch": 1}},
        {"history": [[1]]},
        {"history": [{"epoch": 1, "loss": "low"}]},
        {"best": "high"},
        {"epoch_losses": [None]},
        {"seconds": True},
        {"waits": 1},
    ],
)
def test_a_state_of_something_else(changed):
    extra = Progress(5, [ROW], 0.7, [0.25], 1.5, 0.5).extra() | changed
    with pytest.raises(UserError, match="runs/state: expected how far"):
        Progress.from_state((5, extra), "runs/state")
