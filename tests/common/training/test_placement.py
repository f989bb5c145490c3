"""Where a training runs, and the errors if it cannot run there."""

import pytest

from common.errors import UserError
from common.training.one_device import OneDevice
from common.training.placement import check_gpus, devices_together, place

CLUSTER = (
    '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 0}}'
)


@pytest.fixture(autouse=True)
def no_cluster(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)


@pytest.mark.parametrize("gpus", [None, 1])
def test_one_device(monkeypatch, gpus):
    monkeypatch.setattr("tensorflow.config.list_physical_devices", lambda kind: [kind])
    towers = place(3, 24, gpus)
    assert (towers.count, towers.strategy) == (3, None)
    assert isinstance(place(None, 8, gpus), OneDevice)


def test_fewer_gpus_offer_the_same_weights(monkeypatch):
    monkeypatch.setattr("tensorflow.config.list_physical_devices", lambda kind: [kind])
    with pytest.raises(UserError, match=r"GPUS=3.*3 GPUs.*Received: 1.*take turns"):
        place(3, 24, 3)
    with pytest.raises(UserError, match="takes whole batches: another run"):
        place(None, 8, 2)
    with pytest.raises(UserError, match="makes the same runs"):
        check_gpus(2, shared=False)


@pytest.mark.parametrize("count, words", [(3, "take turns"), (None, "the same runs")])
def test_a_gpu_that_is_not_there(monkeypatch, count, words):
    monkeypatch.setattr("tensorflow.config.list_physical_devices", lambda kind: [])
    with pytest.raises(UserError, match=rf"GPUS=1.*1 GPU on.*Received: 0.*{words}"):
        place(count, 24, 1)


def test_other_numbers_of_devices_are_refused(monkeypatch):
    monkeypatch.setattr(
        "tensorflow.config.list_physical_devices", lambda kind: [kind] * 8
    )
    with pytest.raises(UserError, match=r"GPUS=2.*3 devices"):
        place(3, 24, 2)
    with pytest.raises(UserError, match=r"GPUS=3.*divides the batch of 8"):
        place(None, 8, 3)


@pytest.mark.parametrize("gpus, count", [(0, 2), (1, 2), (4, 8)])
def test_devices_of_all_machines(monkeypatch, gpus, count):
    monkeypatch.setattr(
        "tensorflow.config.list_physical_devices", lambda kind: [kind] * gpus
    )
    monkeypatch.setenv("TF_CONFIG", CLUSTER)
    assert devices_together() == count
