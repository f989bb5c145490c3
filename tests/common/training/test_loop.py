"""The training loop: its updates, its files and what it does when it fails."""

from types import SimpleNamespace

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from common.errors import UserError
from common.training.cluster import LostMachineError
from common.training.loop import train
from common.training.one_device import OneDevice
from common.training.plan import Plan
from common.training.plateau import Plateau
from common.training.state import StateStore
from tests.common.training.small_problem import (
    RATE,
    ROOM,
    STEPS,
    by_hand,
    model,
    stream,
    weights_in,
)

COLUMNS = ["epoch", "loss", "val_dice", "val_loss", "seconds", "data_wait_share"]


def run(folder, epochs=2, network=None, scores=None, **options):
    """Trains the small model; `scores` lists the validation score by epoch."""
    network = network or model()
    scores = iter(scores or np.linspace(0.1, 0.9, epochs))
    arguments = {
        "stream": stream,
        "validate": lambda: {"val_dice": next(scores), "val_loss": 0.25},
        "plan": Plan(epochs, STEPS, key="key", save_every=options.pop("every", None)),
        **options,
    }
    return train(
        network,
        keras.losses.MeanSquaredError(),
        keras.optimizers.SGD(RATE),
        folder=folder,
        **arguments,
    )


def newest_step(folder):
    return StateStore(folder / "state", "key").newest()[0]


def test_updates_and_history_by_hand(tmp_path):
    network = model()
    history = run(tmp_path, network=network, scores=[0.1, 0.2])
    weights, losses = by_hand(2 * STEPS)
    np.testing.assert_allclose(
        network.get_weights()[0][:, 0], weights, rtol=0, atol=ROOM
    )
    np.testing.assert_array_equal(
        weights_in(tmp_path / "last.weights.h5"), network.get_weights()[0][:, 0]
    )
    assert list(history.columns) == COLUMNS
    assert list(history["epoch"]) == [1, 2]
    means = np.reshape(losses, (2, STEPS)).mean(axis=1)
    np.testing.assert_allclose(history["loss"], means, rtol=0, atol=ROOM)
    assert list(history["val_dice"]) == [0.1, 0.2]
    assert (history["seconds"] >= 0).all()
    assert history["data_wait_share"].between(0, 1).all()
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "history.csv"), history)
    assert list((tmp_path / "tensorboard").iterdir())


def test_best_is_the_first_epoch_of_the_best_score(tmp_path):
    run(tmp_path, epochs=4, scores=[0.2, 0.7, 0.7, 0.6])
    best = weights_in(tmp_path / "best.weights.h5")
    np.testing.assert_allclose(best, by_hand(2 * STEPS)[0], rtol=0, atol=ROOM)
    last = weights_in(tmp_path / "last.weights.h5")
    np.testing.assert_allclose(last, by_hand(4 * STEPS)[0], rtol=0, atol=ROOM)


def test_monitors_the_score_of_the_plan(tmp_path):
    scores = iter([{"val_dice": d, "score": s} for d, s in ((0.1, 0.9), (0.2, 0.8))])
    plan = Plan(2, STEPS, key="key", monitor="score")
    run(tmp_path, validate=lambda: next(scores), plan=plan)
    best = weights_in(tmp_path / "best.weights.h5")
    np.testing.assert_allclose(best, by_hand(STEPS)[0], rtol=0, atol=ROOM)


def test_progress_is_reported_after_each_step(tmp_path):
    reports = []
    history = run(tmp_path, on_progress=lambda *report: reports.append(report))
    places = [(epoch, step) for epoch in (0, 1) for step in (1, 2, 3)]
    assert [(epoch, step) for epoch, step, _ in reports] == places
    rows = [row for *_, row in reports if row is not None]
    assert rows == history.to_dict("records")
    assert reports[2][2] is rows[0] and reports[5][2] is rows[1]


def test_finished_run_is_left_as_it_is(tmp_path):
    history = run(tmp_path)
    last = weights_in(tmp_path / "last.weights.h5")

    def nothing(step):
        raise AssertionError("a finished run needs no data")

    again = run(tmp_path, stream=nothing, validate=nothing, network=model((9, 9)))
    pd.testing.assert_frame_equal(again, history)
    np.testing.assert_array_equal(weights_in(tmp_path / "last.weights.h5"), last)


def test_longer_budget_resumes_the_shorter_one(tmp_path):
    steps = []
    run(tmp_path / "long", epochs=2, scores=[0.5, 0.4])
    run(
        tmp_path / "long",
        epochs=4,
        scores=[0.3, 0.2],
        network=model((9, 9)),
        on_progress=lambda epoch, step, row: steps.append((epoch, step)),
    )
    assert steps[0] == (2, 1) and len(steps) == 2 * STEPS
    run(tmp_path / "straight", epochs=4, scores=[0.5, 0.4, 0.3, 0.2])
    for name in ("best.weights.h5", "last.weights.h5"):
        np.testing.assert_array_equal(
            weights_in(tmp_path / "long" / name),
            weights_in(tmp_path / "straight" / name),
        )


# Global step (from 0) of the broken batch, and the state that is left then.
@pytest.mark.parametrize(
    ("broken_at", "every", "left"), [(4, None, 3), (4, 2, 4), (5, 2, 4), (3, 1, 3)]
)
def test_loss_that_is_not_finite(tmp_path, broken_at, every, left):
    def broken(step):
        return stream(step, broken_at)

    with pytest.raises(UserError, match=f"nan at step {broken_at + 1}") as caught:
        run(tmp_path, stream=broken, every=every)
    assert caught.value.file == str(tmp_path)
    assert "last saved state is kept" in str(caught.value)
    assert newest_step(tmp_path) == left
    assert not (tmp_path / "last.weights.h5").exists()
    # With the data repaired, the run resumes as if nothing had happened.
    network = model((9, 9))
    run(tmp_path, network=network, every=every, scores=[0.5])
    weights = network.get_weights()[0][:, 0]
    np.testing.assert_allclose(weights, by_hand(2 * STEPS)[0], rtol=0, atol=ROOM)


def test_interrupted_epoch_counts_its_time_before(tmp_path, monkeypatch):
    now = [0.0]
    clock = SimpleNamespace(monotonic=lambda: now[0])
    monkeypatch.setattr("common.training.loop.time", clock)

    def slow(step):  # ten seconds a batch
        for pair in stream(step):
            now[0] += 10
            yield pair

    def interrupt(epoch, step, row):
        if epoch == 1 and step == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, stream=slow, every=1, on_progress=interrupt)
    history = run(tmp_path, stream=slow, every=1, scores=[0.5])
    assert list(history["seconds"]) == [10 * STEPS, 10 * STEPS]


def test_another_machine_that_stopped_is_reported(tmp_path, monkeypatch):
    def update(x, y):
        raise tf.errors.UnavailableError(None, None, "Connection reset by peer")

    cluster = (
        '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", '
        '"index": 0}}'
    )
    monkeypatch.setenv("TF_CONFIG", cluster)
    monkeypatch.setattr(OneDevice, "make_step", lambda *_: update)
    with pytest.raises(LostMachineError, match="Connection reset by peer"):
        run(tmp_path)


def test_full_disk_leaves_the_last_state(tmp_path, monkeypatch):
    def fill(epoch, step, row):
        if epoch == 0 and row:
            monkeypatch.setattr("common.files.sync", full)

    def full(path):
        raise OSError(28, "No space left on device")

    with pytest.raises(UserError, match="No space left on device"):
        run(tmp_path, on_progress=fill)
    monkeypatch.undo()
    assert newest_step(tmp_path) == STEPS
    assert len(pd.read_csv(tmp_path / "history.csv")) == 1
    network = model((9, 9))
    run(tmp_path, network=network)
    weights = network.get_weights()[0][:, 0]
    np.testing.assert_allclose(weights, by_hand(2 * STEPS)[0], rtol=0, atol=ROOM)


def test_less_data_than_a_batch(tmp_path):
    with pytest.raises(UserError, match="at least one batch.*smaller batches"):
        run(tmp_path, plan=Plan(2, steps_per_epoch=0, key="key"))
    assert not list(tmp_path.iterdir())


def test_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(UserError, match="to be able to write it") as caught:
        run(tmp_path / "file" / "run")
    assert caught.value.file == str(tmp_path / "file" / "run")


@pytest.mark.parametrize("scaled", [False, True])
def test_schedule_lowers_the_rate_and_ends_the_training(tmp_path, scaled):
    """Interrupted or not: all that the schedule needs is in the history."""
    losses = [0.5, 0.4, 0.6, 0.6, 0.39, 0.6, 0.6, 0.6]
    rule = Plateau(RATE, 0.5, patience=2, stop_after=3)

    def part(folder, epochs, begin=0):
        values = iter(losses[begin:])
        network, optimizer = model(), keras.optimizers.SGD(RATE)
        if scaled:
            optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
        return train(
            network,
            keras.losses.MeanSquaredError(),
            optimizer,
            stream,
            lambda: {"val_dice": 0.0, "val_loss": next(values)},
            Plan(epochs, STEPS, key="key", schedule=rule),
            folder,
        ), float(optimizer.learning_rate)

    history, rate = part(tmp_path / "whole", 100)
    expected = [RATE] * 4 + [RATE / 2] * 3 + [RATE / 4]
    np.testing.assert_allclose(history["learning_rate"], expected)
    assert history["val_loss"].tolist() == losses
    assert rate == pytest.approx(RATE / 4)
    part(tmp_path / "parts", 3)
    resumed, rate = part(tmp_path / "parts", 100, begin=3)
    columns = ["epoch", "loss", "val_loss", "learning_rate"]
    pd.testing.assert_frame_equal(resumed[columns], history[columns])
    assert rate == pytest.approx(RATE / 4)
    ended, _ = part(tmp_path / "parts", 200, begin=len(losses))
    assert len(ended) == len(losses)
