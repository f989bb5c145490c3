"""The lines that a stage shows while it runs, and what a training leaves."""

from types import SimpleNamespace

import pandas as pd
import pytest

from data.lines import Line
from papers.engine.live import TrainingLine, counting, trained

ROW = {"epoch": 1, "loss": 0.41, "val_loss": 0.5, "val_dice": 0.7134}
ROW |= {"seconds": 9.0, "data_wait_share": 0.1}
NAME = "[3/12] linknet image fold 0 seed 0"


class Clock:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def followed():
    """A training of 3 epochs of 4 steps, its clock, and the lines that it shows."""
    clock, shown = Clock(), []
    plan = SimpleNamespace(epochs=3, steps_per_epoch=4, steps=12)
    line = TrainingLine(NAME, plan, shown.append, now=clock)
    return line, clock, shown


def test_a_training_shows_phase_epoch_loss_score_and_time_left(followed):
    line, clock, shown = followed
    assert str(shown[-1]) == f"{NAME}: starting"
    clock.now = 60.0  # compiling
    line.on_progress(0, 1, None)
    assert str(shown[-1]) == f"{NAME}: training, epoch 1/3"
    clock.now = 62.0
    line.on_progress(0, 2, None)
    # 10 of 12 steps are left, each of 2 s: the first one counts for nothing.
    assert str(shown[-1]) == f"{NAME}: training, epoch 1/3, 20 s left"
    line.on_progress(0, 3, None)
    assert line.watched(lambda: "scores")() == "scores"
    assert str(shown[-1]).startswith(f"{NAME}: validating, epoch 1/3")
    clock.now = 66.0
    line.on_progress(0, 4, ROW)
    assert str(shown[-1]) == (
        f"{NAME}: training, epoch 1/3, loss 0.4100, val dice 0.7134, 16 s left"
    )
    line.on_progress(1, 1, None)
    assert "epoch 2/3, loss 0.4100, val dice 0.7134" in str(shown[-1])


def test_a_resumed_training_is_judged_by_its_own_steps(followed):
    line, clock, shown = followed
    line.on_progress(1, 4, None)
    clock.now = 3.0
    line.on_progress(2, 1, None)
    assert str(shown[-1]).endswith("epoch 3/3, 9 s left")


def test_a_narrow_line_keeps_name_epoch_and_time_left(followed):
    line, clock, shown = followed
    line.on_progress(0, 3, None)
    clock.now = 2.0
    line.on_progress(0, 4, ROW)
    whole = str(shown[-1])
    for width in range(len(NAME), 120):
        text = shown[-1].fitted(width)
        assert len(text) <= width and text.startswith(NAME)
        parts = text.removeprefix(NAME).removeprefix(": ").split(", ")
        assert [part for part in whole.split(": ")[1].split(", ") if part in parts] == (
            parts if parts != [""] else []
        )
    assert shown[-1].fitted(len(NAME) + 11) == f"{NAME}: epoch 1/3"
    assert shown[-1].fitted(len(NAME) + 22) == f"{NAME}: epoch 1/3, 16 s left"
    assert shown[-1].fitted(200) == whole
    assert Line((("a name", 0),)).fitted(3) == "a name"


def test_a_stage_counts():
    assert str(counting("preparing", 0, 40, 0.1)) == "preparing: 0/40"
    assert str(counting("preparing", 10, 40, 5.0)) == "preparing: 10/40, 15 s left"
    assert str(counting("preparing", 41, 40, 5.0)).endswith("41/40, 1 s left")


def history(**changes):
    rows = [ROW | {"epoch": n, "val_dice": d} for n, d in enumerate((0.5, 0.7, 0.6), 1)]
    return pd.DataFrame(rows).assign(**changes)


def test_a_finished_training_leaves_one_line():
    line = trained(NAME, history(), "val_dice")
    assert line == (
        f"{NAME}: 3 epochs, best in epoch 2 (val dice 0.7000), loss 0.4100, 27 s"
    )
    # Another score may decide which epoch is the best.
    line = trained(NAME, history(val_minus_loss=[-1.0, -2.0, -0.5]), "val_minus_loss")
    assert "best in epoch 3 (val dice 0.6000)" in line
    assert "1 epoch, best in epoch 1" in trained(NAME, history()[:1], "val_dice")
    lost = history(val_dice=[float("nan")] * 3)
    assert "best in epoch 1 (val dice nan)" in trained(NAME, lost, "val_dice")
