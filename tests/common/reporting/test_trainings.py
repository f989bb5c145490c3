"""What trainings took: recorded once a run, summed by what they share."""

import pandas as pd
import pytest

from common.reporting.cases import RUN
from common.reporting.trainings import record_trainings, recorded_trainings, took

IDENTITY = {
    "paper": "linkdsl",
    "method": "dual",
    "data": "figshare",
    "fingerprint": "f",
    "profile": "cpu",
    "budget": "40 epochs",
    "split": "image",
    "fold": "0",
    "seed": "0",
}


HERE = {"processor": "a processor", "threads": 2, "command": "make", "commit": "c"}


def row(seconds=(1800, 5400), waits=(0.4, 0.0), **changes):
    """The row of a finished training of epochs of some seconds."""
    history = pd.DataFrame({"seconds": seconds, "data_wait_share": waits})
    return took(IDENTITY | changes, history, HERE)


def test_hours_and_the_share_of_waiting():
    assert list(IDENTITY) == RUN
    line = row()
    assert (line["epochs"], line["hours"], line["threads"]) == (2, 2.0, 2)
    assert line["data_wait_share"] == pytest.approx(0.1)  # 720 of 7,200 seconds


def test_a_run_is_recorded_once(tmp_path):
    record_trainings(tmp_path, [row(), row(seed="1")])
    record_trainings(tmp_path, [row(seconds=(3600, 3600))])
    found = recorded_trainings(tmp_path)
    assert found["seed"].tolist() == ["0", "1"]
    assert found["hours"].tolist() == ["2.0", "2.0"]
    assert found["data_wait_share"].tolist() == ["0.2", "0.1"]
    assert recorded_trainings(tmp_path / "empty").empty
