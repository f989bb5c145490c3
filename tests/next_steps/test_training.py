"""Trainings that cannot go on, and places that they cannot run on."""

import json
import re
import shlex
import shutil
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from common.files import digest, read_json, write_json
from common.training import placement, precision
from common.training.cluster import LostMachineError, machines
from common.training.loop import train
from common.training.lost_machine import report_lost_machine
from common.training.plan import Plan
from common.training.precision import use_precision
from common.training.progress import Progress
from common.training.run_files import RunFiles
from common.training.state import StateStore
from papers import registry
from papers.engine.devices.cluster import refuse_cluster, text
from papers.engine.devices.towers_for import check_devices, shared_by
from tests.common.training.small_problem import RATE, model, stream
from tests.common.training.test_state import variables


def run(folder, steps=2, network=None):
    """Trains the small problem for one epoch."""
    plan = Plan(1, steps_per_epoch=steps, key="key")
    network = network or model()
    loss = keras.losses.MeanSquaredError()
    optimizer = keras.optimizers.SGD(RATE)
    scores = {"val_dice": 0.5, "val_loss": 0.5}
    return train(network, loss, optimizer, stream, lambda: scores, plan, folder)


def test_less_data_than_a_batch(told, tmp_path):
    with told("common/training/loop.py:_check_data") as caught:
        run(tmp_path, steps=0)
    assert "smaller batches" in caught.value.next_step
    assert len(run(tmp_path)) == 1


STATE = "common/training/state.py"


@pytest.mark.parametrize(
    ("place", "damage"),
    [
        (f"{STATE}:restore", "key"),
        (f"{STATE}:restore", "damaged"),
        (f"{STATE}:_load", "shapes"),
    ],
)
def test_a_state_that_cannot_be_resumed(told, tmp_path, place, damage):
    run(tmp_path, steps=1)
    store = StateStore(tmp_path / "state", "another" if damage == "key" else "key")
    shutil.rmtree(tmp_path / "state")
    store.save(1, variables(), Progress().extra())
    if damage == "damaged":
        (path,) = (tmp_path / "state").glob("*/variables.h5")
        path.write_bytes(b"no")
    with told(place) as caught:
        run(tmp_path)
    (folder,) = re.findall(r"delete (?:the folder|(\S+)) to", caught.value.next_step)
    shutil.rmtree(folder or caught.value.file)
    assert len(run(tmp_path)) == 1


def test_a_state_without_progress(told, tmp_path):
    run(tmp_path, steps=1)
    for path in (tmp_path / "state").glob("*/manifest.json"):
        values = read_json(path)
        values["extra"]["history"] = "long"
        del values["digest"]
        write_json(path, values | {"digest": digest(values)})
    with told("common/training/progress.py:from_state") as caught:
        run(tmp_path)
    (folder,) = re.findall(r"delete (\S+) to", caught.value.next_step)
    shutil.rmtree(folder)
    assert len(run(tmp_path)) == 1


def test_a_loss_that_is_not_finite(told, tmp_path):
    progress = Progress()
    progress.step, progress.epoch_losses = 2, [tf.constant(0.5), tf.constant(np.nan)]
    with told("common/training/progress.py:check_finite") as caught:
        progress.check_finite(tmp_path)
    (key,) = re.findall(r"SET=(\S+)=…", caught.value.next_step)
    for paper in registry.papers():
        group, name = key.split(".")
        assert getattr(getattr(paper.published, group), name) > 0
    progress.epoch_losses = [tf.constant(0.5), tf.constant(0.4)]
    assert progress.check_finite(tmp_path) is None


def test_logs_that_cannot_be_written(told, tmp_path):
    (tmp_path / "run").write_text("")
    with told("common/training/run_files.py:open_logs") as caught:
        RunFiles(tmp_path / "run", "key", True).open_logs()
    assert "make the folder writable" in caught.value.next_step
    (tmp_path / "run").unlink()
    RunFiles(tmp_path / "run", "key", True).open_logs()


def test_a_precision_that_is_masked(told, monkeypatch):
    monkeypatch.setattr(precision, "refusal_of", lambda name: name != "float32" or None)
    with told("common/training/precision.py:use_precision") as caught:
        use_precision("mixed_bfloat16")
    assert "SET=training.precision=float32" in caught.value.next_step
    use_precision("float32")


def gpus(monkeypatch, there):
    devices = [SimpleNamespace()] * there
    monkeypatch.setattr("tensorflow.config.list_physical_devices", lambda kind: devices)


def test_gpus_that_are_not_there(told, monkeypatch):
    gpus(monkeypatch, 0)
    with told("common/training/placement.py:check_gpus") as caught:
        check_devices(2, registry.paper("linkdsl").published)
    assert caught.value.next_step.startswith("leave GPUS out")
    assert "`make install GPU=1`" in caught.value.next_step
    check_devices(None, registry.paper("linkdsl").published)


FITS = "common/training/placement.py:_check_fits"


@pytest.mark.parametrize(
    ("place", "count", "batch", "advised"),
    [(FITS, 3, 24, "GPUS=3"), (FITS, None, 5, "GPUS=1")],
)
def test_gpus_that_do_not_divide(told, monkeypatch, place, count, batch, advised):
    gpus(monkeypatch, 4)
    monkeypatch.setattr(placement, "mirrored", len)
    with told(place) as caught:
        placement.place(count, batch, gpus=4)
    step = caught.value.next_step
    assert step.startswith(advised)
    assert placement.place(count, batch, gpus=int(advised[-1]))
    if "SET=training.batch_size=" in step:
        assert placement.place(count, int(step.rsplit("=", 1)[1]), gpus=4) == 4


def test_towers_that_take_turns_share_no_statistics(told, monkeypatch):
    gpus(monkeypatch, 3)
    protocol = registry.paper("hierdice").published
    network = SimpleNamespace(**vars(protocol) | {"synchronized": True})
    network.towers = protocol.towers
    place = "papers/engine/devices/towers_for.py:check_devices"
    with told(place) as caught:
        check_devices(None, network)
    (count,) = re.findall(r"GPUS=(\d)", caught.value.next_step)
    assert check_devices(int(count), network) is None
    network.synchronized = False  # "leave it out"
    assert check_devices(None, network) is None


CONFIG = {"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 0}}


def test_machines_that_are_not_named_well(told, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", '{"cluster": {"ps": ["a:1"]}}')
    with told("common/training/cluster.py:_refused") as caught:
        machines()
    command, _ = re.findall(r"`(.*?)`|(unset TF_CONFIG)", caught.value.next_step)
    words = shlex.split(command[0].replace("…", "linkdsl"))
    given = dict(word.split("=", 1) for word in words[2:])
    printed = text(given["HOSTS"], 2, 2222, given["COMMAND"], registry.papers())
    monkeypatch.setenv("TF_CONFIG", shlex.split(printed.splitlines()[1])[0][10:])
    assert machines() == 2
    monkeypatch.delenv("TF_CONFIG")
    assert machines() == 1


def test_what_several_machines_do_not_do(told, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", json.dumps(CONFIG))
    with told("papers/engine/devices/cluster.py:refuse_cluster") as caught:
        refuse_cluster("evaluate")
    assert "`evaluate` on one machine without TF_CONFIG" in caught.value.next_step
    with told("papers/engine/devices/towers_for.py:shared_by") as caught:
        shared_by(2, registry.paper("linkdsl").published)
    assert caught.value.next_step.startswith("leave GPUS out")
    assert shared_by(None, registry.paper("linkdsl").published) == 2
    monkeypatch.delenv("TF_CONFIG")
    refuse_cluster("evaluate")


def test_a_machine_that_stopped(told, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", json.dumps(CONFIG))
    with told("common/training/lost_machine.py:report_lost_machine") as caught:
        with report_lost_machine("run"):
            raise tf.errors.UnavailableError(None, None, "gone")
    assert isinstance(caught.value, LostMachineError)
    assert "the same command on every machine again" in caught.value.next_step
    with report_lost_machine("run"):
        pass
