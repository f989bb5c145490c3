"""Whole jobs at once: clusters that are not there, and jobs that fail on them."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from papers import registry
from papers.engine.cli.devices import check_options
from papers.engine.console import Console
from papers.engine.devices.at_once import cores_of_job
from papers.engine.devices.cluster_command import on_cluster
from papers.engine.devices.fan_out import fan_out
from papers.engine.devices.ray_cluster import RayCluster
from papers.engine.devices.scripts.ray_nodes import hosts_text
from papers.engine.devices.scripts.script_words import slurm_options
from papers.engine.devices.slurm_array import array_text, write_script
from papers.engine.devices.towers_for import towers_on
from tests.papers.engine.devices.stand_ins import Job, request
from tests.papers.engine.devices.test_fan_out import Cluster

CHECKED = "papers/engine/request.py:_check_cluster"


def test_a_cluster_and_gpus_of_this_machine(answer, no_networks):
    words = ["train", "hierdice", "--dry-run", "--cluster", "local"]
    place, step = answer(*words, "--gpus", "3")
    assert (place, step.startswith("leave GPUS out; GPUS_PER_JOB=3")) == (CHECKED, True)
    assert answer(*words, "--gpus-per-job", "3") is None


def test_options_of_a_cluster_without_one(answer, no_networks):
    words = ["train", "linkdsl", "--dry-run", "--gpus-per-job", "1"]
    assert answer(*words) == (CHECKED, "such as CLUSTER=local")
    assert answer(*words, "--cluster", "local") is None


def test_cores_of_jobs_that_have_gpus(answer, no_networks):
    words = ["train", "linkdsl", "--dry-run", "--cpus-per-job", "3"]
    assert answer(*words, "--gpus", "2") == (CHECKED, "leave one out")
    assert answer(*words) is None


def test_cores_of_jobs_on_a_machine_with_a_gpu(told, monkeypatch):
    monkeypatch.setattr("tensorflow.config.list_physical_devices", lambda kind: [kind])
    asked = request(cluster="", cpus_per_job=3, is_demo=True)
    with told("papers/engine/devices/at_once.py:cores_of_job") as caught:
        cores_of_job(asked)
    assert caught.value.next_step == "leave CPUS_PER_JOB out"
    asked.cpus_per_job = None
    assert cores_of_job(asked) is None


def test_gpus_of_a_job_that_make_another_run(told, tmp_path):
    asked, job = request(gpus_per_job=2), Job(tmp_path, "a")
    with told("papers/engine/devices/fan_out.py:_check_towers") as caught:
        fan_out([job], asked, Console(), "train", Cluster())
    assert caught.value.next_step == "GPUS_PER_JOB=1"
    asked.gpus_per_job = 1
    fan_out([job], asked, Console(), "train", Cluster())
    assert towers_on(1, asked.protocol) is None


def test_a_job_that_failed_resumes(told, tmp_path):
    job = Job(tmp_path, "a")
    with told("papers/engine/devices/fan_out.py:fan_out") as caught:
        fan_out([job], request(), Console(), "train", Cluster(fails=("train a",)))
    assert "run the same command again: it resumes" in caught.value.next_step
    fan_out([job], request(), Console(), "train", Cluster())


@pytest.fixture(autouse=True)
def own_mode(monkeypatch):
    """Undoes what a cluster of another machine sets: Ray reads it once a process."""
    monkeypatch.setenv("RAY_AUTH_MODE", "")
    monkeypatch.delenv("RAY_AUTH_MODE")


def test_without_ray(told, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with told("papers/engine/devices/ray_cluster.py:__enter__") as caught:
        RayCluster("local").__enter__()
    assert caught.value.next_step.startswith("`make install-cluster`")
    # Who asked for GPUs has typed no CLUSTER.
    with told("papers/engine/devices/ray_cluster.py:__enter__") as caught:
        RayCluster("local", all_gpus=2, asked="GPUS=2").__enter__()
    assert caught.value.file == "GPUS=2"


def test_a_cluster_that_does_not_run(told, monkeypatch):
    """As Ray says it: asked itself, it would find the cluster of a test beside this."""

    def init(**_):
        raise ConnectionError("Could not find any running Ray instance. Please …")

    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(init=init))
    with told("papers/engine/devices/ray_cluster.py:_connect") as caught:
        RayCluster("auto").__enter__()
    assert caught.value.next_step.endswith("or CLUSTER=local")


def test_a_cluster_of_a_machine_that_is_too_busy(told, monkeypatch):
    def init(**_):
        raise Exception("The current node timed out during startup.\nMore of it")

    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(init=init))
    with told("papers/engine/devices/ray_cluster.py:_connect") as caught:
        RayCluster("local").__enter__()
    assert caught.value.received == "The current node timed out during startup."
    assert caught.value.next_step.startswith("the same command again")


def test_a_cluster_whose_nodes_have_not_joined(told, monkeypatch):
    """As where a head without cores is up first."""
    found = [{"Alive": True, "Resources": {"CPU": 0.0}}]
    ray = SimpleNamespace(init=lambda **_: None, nodes=lambda: found)
    ray.shutdown = lambda: None
    monkeypatch.setitem(sys.modules, "ray", ray)
    with told("papers/engine/devices/ray_cluster.py:_fit") as caught:
        RayCluster("auto").__enter__()
    assert caught.value.next_step.startswith("the same command again")
    found.append({"Alive": True, "Resources": {"CPU": 64.0, "GPU": 8.0}})
    cluster = RayCluster("auto")
    cluster._ray = ray
    cluster._fit()
    assert cluster.gpus == 1


def test_a_cluster_without_the_token_of_this_machine(told, monkeypatch):
    """As Ray says it of an actor whose process is not let in."""

    def get(_):
        raise RuntimeError("The actor died.\nThe actor never ran")

    made = SimpleNamespace(sees=SimpleNamespace(remote=lambda _: None))
    kind = SimpleNamespace(remote=lambda _: made)
    cluster = RayCluster("auto")
    cluster._ray = SimpleNamespace(
        remote=lambda **_: lambda _: kind,
        get=get,
        exceptions=SimpleNamespace(RayActorError=RuntimeError),
    )
    cluster._token = "token"
    monkeypatch.setattr(cluster, "_here", dict)
    with told("papers/engine/devices/ray_cluster.py:_reached_store") as caught:
        cluster._reached_store()
    assert caught.value.received == "The actor never ran"
    # `test_lost_node.py` follows this advice.
    assert caught.value.next_step.endswith("RAY_AUTH_MODE=disabled")


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_a_task_that_no_node_can_take(told, monkeypatch, tmp_path):
    pytest.importorskip("ray", reason="no Ray here: make install-cluster")
    monkeypatch.chdir(tmp_path)
    with told("papers/engine/devices/ray_cluster.py:_fit") as caught:
        RayCluster("local", cpus=9999, gpus=0).__enter__()
    _, number = caught.value.next_step.split("=")
    with RayCluster("local", cpus=int(number), gpus=0) as cluster:
        assert cluster.gpus == 0


WORDS = "papers/engine/devices/scripts/script_words.py"


@pytest.mark.parametrize("hosts", [["node1"], ["a;b", "c"]])
def test_hosts_of_a_cluster(told, hosts):
    with told(f"{WORDS}:check_hosts") as caught:
        hosts_text("run", hosts)
    hosts = caught.value.next_step.split("--hosts ")[1].split(",")
    assert "# on node2" in hosts_text("run", hosts)


def test_the_port_of_a_cluster(told):
    with told(f"{WORDS}:check_port") as caught:
        hosts_text("run", ["a", "b"], 10001)
    port = int(caught.value.next_step.split("--port ")[1])
    assert f"--port={port}" in hosts_text("run", ["a", "b"], port)


@pytest.mark.parametrize("name", ["mem", "time"])
def test_what_slurm_reads(told, name):
    given = {"mem": "", "time": ""}
    with told(f"{WORDS}:_check") as caught:
        slurm_options(1, 1, **given | {name: "some"}, per="node")
    value = caught.value.next_step.split(f"--{name} ")[1]
    options = slurm_options(1, 1, **given | {name: value}, per="node")
    assert f"--{name}={value}" in options


@pytest.mark.parametrize("command", ["make help", "make train-linkdsl EPOCH=2"])
def test_commands_of_a_cluster(told, command):
    papers = registry.papers()
    with told("papers/engine/devices/cluster_command.py:on_cluster") as caught:
        on_cluster(command, papers, 2, check_options)
    advised = caught.value.next_step.split("`")[1]
    run = on_cluster(advised, papers, 2, check_options)
    assert run == f"{advised} CLUSTER=auto"


def test_a_script_of_someone_else(told, tmp_path):
    path = tmp_path / "submit.sh"
    path.write_text("mine")
    with told("papers/engine/devices/slurm_array.py:write_script") as caught:
        write_script(path, array_text([], [["table"]]))
    assert path.read_text() == "mine"
    other = Path(caught.value.next_step.removeprefix("--script "))
    write_script(other, array_text([], [["table"]]))
    write_script(other, array_text([], [["again"]]))
    assert "again" in other.read_text()
