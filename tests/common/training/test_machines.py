"""Two processes train as one device does, even after one of them is killed."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.common.training.test_resume import arrays, state

ROOT = Path(__file__).resolve().parents[3]
JOB = Path(__file__).with_name("jobs") / "machines.py"


def start(folder, place, case, kill="never", **variables):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    environment |= variables
    return subprocess.Popen(
        [sys.executable, JOB, folder, place, case, str(kill)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(*processes):
    """Returns what each process wrote; kills those that hang."""
    try:
        return [process.communicate(timeout=200)[1] for process in processes]
    finally:
        for process in processes:
            process.kill()


def ports():
    """Returns the addresses of two ports that are free."""
    with socket.socket() as one, socket.socket() as two:
        for free in (one, two):
            free.bind(("localhost", 0))
        return [f"localhost:{s.getsockname()[1]}" for s in (one, two)]


def two_machines(folder, case, kill="never", who=1):
    """Trains on two machines; one, given by its number, is killed after some steps."""
    cluster = {"worker": ports()}
    processes = []
    for index in range(2):
        task = {"type": "worker", "index": index}
        config = json.dumps({"cluster": cluster, "task": task})
        own = kill if index == who else "never"
        processes.append(start(folder, "machines", case, own, TF_CONFIG=config))
    errors = finish(*processes)
    return [process.returncode for process in processes], errors


def trained(folder):
    return [arrays(folder / f"{name}.weights.h5") for name in ("last", "average")]


def assert_close(folder, other, atol):
    for received, expected in zip(trained(folder), trained(other), strict=True):
        assert received.keys() == expected.keys()
        for key in expected:
            np.testing.assert_allclose(
                received[key], expected[key], rtol=0, atol=atol, err_msg=key
            )


def one_device(folder, case):
    process = start(folder, "one", case)
    errors = finish(process)
    assert process.returncode == 0, errors


@pytest.mark.slow
@pytest.mark.parametrize("who", [0, 1], ids=["chief", "worker"])
def test_a_killed_machine_is_started_again(who, tmp_path):
    killed, one = tmp_path / "killed", tmp_path / "one"
    codes, errors = two_machines(killed, "softmax", 3, who)
    other = 1 - who
    assert codes[who] == -signal.SIGKILL
    assert codes[other] == 1
    assert "start the same command on every machine" in errors[other]
    assert "Received: Graph execution error" not in errors[other]
    assert not (killed / "last.weights.h5").exists()
    codes, errors = two_machines(killed, "softmax")
    assert codes == [0, 0], errors
    one_device(one, "softmax")
    assert_close(killed, one, 1e-10)


@pytest.mark.slow
@pytest.mark.parametrize(
    "case, atol", [("weighted", 1e-10), ("keras", 1e-10), ("synchronized", 1e-8)]
)
def test_two_machines_of_12_are_one_batch_of_24(case, atol, tmp_path):
    codes, errors = two_machines(tmp_path / "two", case)
    assert codes == [0, 0], errors
    one_device(tmp_path / "one", case)
    assert_close(tmp_path / "two", tmp_path / "one", atol)


@pytest.mark.slow
def test_killed_worker_ends_with_the_same_bits(tmp_path):
    straight, killed = tmp_path / "straight", tmp_path / "killed"
    assert two_machines(straight, "synchronized")[0] == [0, 0]
    for kill in (1, 3):
        assert two_machines(killed, "synchronized", kill)[0][1] == -signal.SIGKILL
    assert two_machines(killed, "synchronized")[0] == [0, 0]
    assert_close(killed, straight, 0)


@pytest.mark.slow
@pytest.mark.parametrize("case", ["hierarchical_dice", "local"])
@pytest.mark.parametrize("place", ["mirrored", "in_turn"])
def test_killed_towers_end_with_the_same_bits(place, case, tmp_path):
    straight, killed = tmp_path / "straight", tmp_path / "killed"
    finish(start(straight, place, case))
    for kill in (3, 2):
        process = start(killed, place, case, kill)
        finish(process)
        assert process.returncode == -signal.SIGKILL
    finish(start(killed, place, case))
    assert_close(killed, straight, 0)
    expected, received = state(straight), state(killed)
    assert expected.keys() == received.keys()
    for key in expected:
        np.testing.assert_array_equal(received[key], expected[key], err_msg=key)
