"""What starts a Ray cluster: on hosts, and as a script with stand-ins for Slurm."""

import contextlib
import os
import signal
import stat
import subprocess

import pytest

from common.errors import UserError
from papers.engine.devices.scripts import ray_nodes
from papers.engine.devices.scripts.ray_nodes import hosts_text, slurm_text

COMMAND = "make reproduce-linkdsl DATA=mats"


def test_lines_for_hosts():
    lines = hosts_text("run", ["a", "b", "c"], 7000).splitlines()
    assert lines == [
        "# on a: a token, by which the hosts know each other",
        ".venv/bin/ray get-auth-token --generate >/dev/null",
        "# and to each host that does not share its home",
        "ssh b mkdir -p -m 700 .ray && scp -p ~/.ray/auth_token b:.ray/auth_token",
        "ssh c mkdir -p -m 700 .ray && scp -p ~/.ray/auth_token c:.ray/auth_token",
        "# on a",
        "export RAY_AUTH_MODE=token",
        ".venv/bin/ray start --head --port=7000",
        "# on b",
        "export RAY_AUTH_MODE=token",
        ".venv/bin/ray start --address=a:7000",
        "# on c",
        "export RAY_AUTH_MODE=token",
        ".venv/bin/ray start --address=a:7000",
        "# on a, when all have started",
        "run",
        "# on each, afterwards",
        ".venv/bin/ray stop",
    ]


WRONG = ["a;rm -rf x", "a\nrm", "-oProxyCommand=x", "$(x)", "a:1", "a b", ""]


@pytest.mark.parametrize(
    "hosts", [[], ["a"], ["a", "b", "a"], *(["b", one] for one in WRONG)]
)
def test_hosts_that_are_no_cluster(hosts):
    with pytest.raises(UserError, match="two or more different hosts"):
        hosts_text(COMMAND, hosts)


@pytest.mark.parametrize("port", [0, 8265, 10001, 12000, 65536])
def test_ports_that_the_head_cannot_have(port):
    for text in (hosts_text("run", ["a", "b"], port=6379), slurm_text("run", 2)):
        assert "6379" in text
    with pytest.raises(UserError, match="a port up to"):
        hosts_text("run", ["a", "b"], port)
    with pytest.raises(UserError, match="a port up to"):
        slurm_text("run", 2, port=port)


def program(folder, name, script):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/bash\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


# What a user new to Ray has: no token. Each node is to have one, and to say so.
RAY = """
case "$1" in
get-auth-token) [ "$2" = --generate ] && touch token; echo secret; exit ;;
status) [ -e head ] && [ ! -e mute ]; exit ;;
esac
[ "$RAY_AUTH_MODE" = token ] && [ -e token ] || { echo no token >&2; exit 1; }
echo "$@" >> started
case "$*" in
*--head*) [ -e busy ] && { echo busy >&2; exit 1; }; touch head ;;
*) [ -e lost ] && exit 1 ;;
esac
exec sleep 5
"""
SRUN = 'while [[ $1 == --* ]]; do echo "$1" >> options; shift; done; exec "$@"'


@pytest.fixture
def job(tmp_path):
    """Runs a script with stand-ins for Slurm and for Ray, and what is there before."""

    def job(script, *there, **variables):
        program(tmp_path, "bin/scontrol", "printf 'n1\\nn2\\nn3\\n'")
        program(tmp_path, "bin/srun", SRUN)
        program(tmp_path, ".venv/bin/ray", RAY)
        program(tmp_path, "bin/run", 'sleep 0.5; echo "run on $RAY_ADDRESS"')
        program(tmp_path, "bin/sleep", 'exec /bin/sleep "${1/#2/0.2}"')
        for name in there:
            (tmp_path / name).touch()
        path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
        nodes = {"SLURM_JOB_NODELIST": "n[1-3]"}
        # The nodes go on when the script ends; Slurm ends them.
        process = subprocess.Popen(
            ["bash", "-c", script],
            cwd=tmp_path,
            env={**os.environ, "PATH": path, **nodes, **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            code = process.wait(20)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        started = (tmp_path / "started").read_text().splitlines()
        return code, out, err, started

    return job


@pytest.mark.parametrize("nodes, others", [(1, []), (3, ["--address=n1:6379"])])
def test_the_script_starts_ray_and_then_the_command(job, tmp_path, nodes, others):
    script = slurm_text("run", nodes, ["--gpus-per-node=8", "--time=1:00:00"])
    code, out, _, started = job(script)
    assert (code, out) == (0, "run on n1:6379\n")
    words = [f"start --block {more}" for more in ("--head --port=6379", *others)]
    assert started == words
    asked = (tmp_path / "options").read_text().split()
    assert ("--exclude=n1" in asked) == (nodes > 1)
    assert {"#SBATCH --gpus-per-node=8", f"#SBATCH --nodes={nodes}"} < set(
        script.splitlines()
    )


def test_each_node_of_slurm_gets_the_cores_of_its_job(job, tmp_path):
    _, _, _, started = job(slurm_text("run", 2), SLURM_CPUS_PER_TASK="64")
    assert len(started) == 2
    assert all("--num-cpus=64 --block" in line for line in started)
    asked = (tmp_path / "options").read_text().split()
    assert asked.count("--cpus-per-task=64") == 2


@pytest.mark.parametrize("there", [["busy"], ["busy", "head"]])
def test_a_head_that_ends_ends_the_job(job, there):
    """Also where another program's Ray answers on the port."""
    code, out, err, _ = job(slurm_text("run", 2), *there)
    assert (code, out) == (1, "")
    assert "busy" in err and "error: Ray (port 6379) has not started on n1" in err


def test_a_head_that_does_not_answer_ends_the_job(job, monkeypatch):
    monkeypatch.setattr(ray_nodes, "_PATIENCE", 1)
    code, out, err, _ = job(slurm_text("run", 1), "mute")
    assert (code, out) == (1, "")
    assert "does not answer after 1 s on n1" in err


def test_a_node_that_ends_is_said(job):
    code, out, err, _ = job(slurm_text("run", 2), "lost")
    assert (code, out) == (0, "run on n1:6379\n")
    assert "Ray has ended on a node" in err
