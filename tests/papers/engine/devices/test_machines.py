"""A whole training on several machines, started by the commands that are printed."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from common.files import read_json
from data.phantom.brats.write import write_phantom
from papers.__main__ import main
from papers.engine.devices.cluster import refuse_cluster
from tests.common.training.test_machines import ports
from tests.common.training.test_resume import arrays

ROOT = Path(__file__).resolve().parents[4]
OPTIONS = ["hierdice", "--data", "brats", "--profile", "demo", "--epochs", "1"]
OPTIONS += ["--methods", "unet-bootstrapping", "--folds", "0"]
for change in (
    "training.towers=2",
    "training.tower_size=2",
    "network.base_filters=4",
    "folds.n_folds=3",
):
    OPTIONS += ["--set", change]


def call(capfd, *arguments):
    """Runs one verb in this process; returns what it printed."""
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    printed = "".join(capfd.readouterr())
    assert not stopped.value.code, printed
    return printed


def weights_of(folder):
    (run,) = folder.glob("runs/hierdice/*/demo/*")
    assert read_json(run / "finished.json")["epochs"] == 1
    return [arrays(run / f"{name}.weights.h5") for name in ("last", "average")]


@pytest.mark.slow
def test_machines_end_with_the_weights_of_one(tmp_path, capfd):
    several, one = tmp_path / "several", tmp_path / "one"
    for folder in (several, one):
        write_phantom(folder / "brats", "brats15", 0, 5, shape=(18, 48, 48))
    with contextlib.chdir(several):
        call(capfd, "prepare", *OPTIONS)
        command = " ".join([sys.executable, "-m papers train", *OPTIONS])
        printed = call(capfd, "workers", command, "--hosts", ",".join(ports()))
    lines = [line for line in printed.splitlines() if line.startswith("TF_CONFIG")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    machines = [
        subprocess.Popen(
            ["bash", "-c", line],
            cwd=several,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for line in lines
    ]
    try:
        outputs = [machine.communicate(timeout=300)[0] for machine in machines]
    finally:
        for machine in machines:
            machine.kill()
    assert [machine.returncode for machine in machines] == [0, 0], outputs
    with contextlib.chdir(one):
        call(capfd, "train", *OPTIONS)
    for received, expected in zip(weights_of(several), weights_of(one), strict=True):
        assert received.keys() == expected.keys()
        for key in expected:
            np.testing.assert_allclose(received[key], expected[key], atol=1e-5)


@pytest.mark.parametrize(
    "verb, words",
    [
        ("train", "make prepare-hierdice"),
        ("evaluate", "the verb `train`"),
        ("table", "the verb `train`"),
        ("figure", "the verb `train`"),
        ("reproduce", "the verb `train`"),
    ],
)
def test_machines_only_train(tmp_path, capfd, monkeypatch, verb, words):
    """One prepares before; one writes tables after."""
    write_phantom(tmp_path / "brats", "brats15", 0, 5, shape=(18, 48, 48))
    cluster = (
        '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", '
        '"index": 0}}'
    )
    monkeypatch.setenv("TF_CONFIG", cluster)
    with contextlib.chdir(tmp_path), pytest.raises(SystemExit) as stopped:
        main([verb, *OPTIONS])
    printed = "".join(capfd.readouterr())
    assert stopped.value.code == 2
    assert words in printed and "next:" in printed


def test_a_cluster_of_one_machine_is_none(monkeypatch):
    one = '{"cluster": {"worker": ["a:1"]}, "task": {"index": 0}}'
    monkeypatch.setenv("TF_CONFIG", one)
    assert refuse_cluster("evaluate") is None


def test_gpus_that_are_not_there_are_said_before_anything_is_prepared(
    tmp_path, capfd, monkeypatch
):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    monkeypatch.setattr("tensorflow.config.list_physical_devices", lambda *kind: [])
    write_phantom(tmp_path / "brats", "brats15", 0, 5, shape=(18, 48, 48))
    with contextlib.chdir(tmp_path), pytest.raises(SystemExit) as stopped:
        main(["reproduce", *OPTIONS, "--gpus", "2"])
    assert stopped.value.code == 2
    assert "take turns" in "".join(capfd.readouterr())
    assert not list(tmp_path.rglob("*.h5"))
