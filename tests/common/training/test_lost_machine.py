"""Everything that TensorFlow raises when another machine has stopped is one error."""

import pytest
import tensorflow as tf

from common.training.cluster import LostMachineError
from common.training.lost_machine import report_lost_machine

CLUSTER = (
    '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 0}}'
)
LOST = """Graph execution error:

Detected at node adam/CollectiveReduceV2 defined at (most recent call last):
  File "loop.py", line 135, in train

Collective ops is aborted by: recvmsg:Connection reset by peer
Additional GRPC error information from remote target /job:worker/replica:0/task:1 while
"""


@pytest.mark.parametrize(
    "message, cause",
    [
        (
            LOST,
            "Collective ops is aborted by: recvmsg:Connection reset by peer (worker "
            "1 of TF_CONFIG)",
        ),
        ("Graph execution error:", "Graph execution error:"),
        ("", "no message"),
    ],
)
def test_what_happened_and_where(monkeypatch, message, cause):
    monkeypatch.setenv("TF_CONFIG", CLUSTER)
    with pytest.raises(LostMachineError) as caught, report_lost_machine("run"):
        raise tf.errors.UnavailableError(None, None, message)
    assert (caught.value.file, caught.value.received) == ("run", cause)
    assert "on every machine" in caught.value.next_step


@pytest.mark.parametrize(
    "name",
    [
        "Aborted",
        "Cancelled",
        "DeadlineExceeded",
        "FailedPrecondition",
        "Internal",
        "Unavailable",
    ],
)
def test_only_several_machines_lose_one(monkeypatch, name):
    error = getattr(tf.errors, f"{name}Error")
    monkeypatch.setenv("TF_CONFIG", CLUSTER)
    with pytest.raises(LostMachineError), report_lost_machine("run"):
        raise error(None, None, "gone")
    monkeypatch.delenv("TF_CONFIG")
    with pytest.raises(error), report_lost_machine("run"):
        raise error(None, None, "gone")


def test_other_errors_stay_what_they_are(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", CLUSTER)
    error = tf.errors.InvalidArgumentError
    with pytest.raises(error), report_lost_machine("run"):
        raise error(None, None, "a wrong shape")
