"""How many jobs at once: by cores, by memory, and not where there is a GPU."""

import json
import os
from types import SimpleNamespace

import pytest

from common.errors import UserError
from papers.engine.devices.at_once import bound_threads, cores_of_job, how_many


def asked(**options):
    given = {"gpus": None, "cpus_per_job": None, "is_demo": False, **options}
    return SimpleNamespace(**given)


def see(monkeypatch, gpus):
    monkeypatch.setattr(
        "tensorflow.config.list_physical_devices", lambda kind: [kind] * gpus
    )


@pytest.mark.parametrize(
    ("options", "cores"),
    [
        ({}, None),
        ({"is_demo": True}, 1),
        ({"is_demo": True, "cpus_per_job": 2}, 2),
        ({"cpus_per_job": 3}, 3),
        ({"is_demo": True, "gpus": 1}, None),
    ],
)
def test_cores_of_a_job(monkeypatch, options, cores):
    see(monkeypatch, 0)
    assert cores_of_job(asked(**options)) == cores


def test_jobs_share_no_gpu(monkeypatch):
    see(monkeypatch, 2)
    assert cores_of_job(asked(is_demo=True)) is None
    with pytest.raises(UserError, match="CPUS_PER_JOB=1: .*without a GPU.*2 GPUs"):
        cores_of_job(asked(cpus_per_job=1))


def test_machines_that_train_together_have_their_own_order(monkeypatch):
    see(monkeypatch, 0)
    cluster = {"cluster": {"worker": ["a:1", "b:1"]}}
    task = {"task": {"type": "worker", "index": 0}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(cluster | task))
    assert cores_of_job(asked(is_demo=True)) is None


@pytest.mark.parametrize(
    ("cores", "peaks", "free", "count"),
    [
        (1, [1e9, 2e9], 100e9, 8),
        (2, [1e9], 100e9, 4),
        (3, [1e9], 100e9, 2),
        (16, [1e9], 100e9, 1),
        (1, [1e9, 2e9], 7e9, 3),  # by the largest
        (1, [1e9, 2e9], 6e9, 2),  # some is left
        (1, [9e9], 7e9, 1),
        (1, [], 4.1e9, 4),  # of what only scores
        (1, [9e9], None, 8),  # the system does not say it
    ],
)
def test_how_many(monkeypatch, cores, peaks, free, count):
    monkeypatch.setattr("papers.engine.devices.at_once.available_cores", lambda: 8)
    assert how_many(cores, peaks, free) == count


@pytest.mark.parametrize(
    ("can_bind", "cores", "bounds"),
    [(True, 1, []), (False, 2, [2, 2]), (False, None, [])],
)
def test_threads_are_bounded_where_nothing_is_bound(
    monkeypatch, can_bind, cores, bounds
):
    found = []
    for name in ("intra", "inter"):
        setting = f"tensorflow.config.threading.set_{name}_op_parallelism_threads"
        monkeypatch.setattr(setting, found.append)
    if can_bind:
        monkeypatch.setattr(os, "sched_setaffinity", None, raising=False)
    else:
        monkeypatch.delattr(os, "sched_setaffinity", raising=False)
    bound_threads(cores)
    assert found == bounds
