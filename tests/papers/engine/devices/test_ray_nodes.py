"""What starts a Ray cluster: on hosts, and as a script with stand-ins for Slurm."""

import os
import stat
import subprocess

import pytest

from common.errors import UserError
from papers.engine.devices.ray_nodes import hosts_text, on_cluster, slurm_text

COMMAND = "make reproduce-linkdsl DATA=mats"


@pytest.mark.parametrize(
    "command, expected",
    [
        (COMMAND, f"{COMMAND} CLUSTER=auto"),
        (f"cd suite && {COMMAND}", f"cd suite && {COMMAND} CLUSTER=auto"),
        (f"{COMMAND} CLUSTER=a:1", f"{COMMAND} CLUSTER=a:1"),
        ("python -m papers train cunet", "python -m papers train cunet --cluster auto"),
    ],
)
def test_the_command_runs_on_the_cluster(command, expected):
    assert on_cluster(command) == expected


def test_lines_for_hosts():
    lines = hosts_text(COMMAND, ["a", "b", "c"], 7000).splitlines()
    assert lines == [
        "# on a",
        ".venv/bin/ray start --head --port=7000",
        "# on b",
        ".venv/bin/ray start --address=a:7000",
        "# on c",
        ".venv/bin/ray start --address=a:7000",
        "# on a, when all have started",
        f"{COMMAND} CLUSTER=auto",
        "# on each, afterwards",
        ".venv/bin/ray stop",
    ]


@pytest.mark.parametrize("hosts", [[], ["a"], ["a", "b", "a"]])
def test_hosts_that_are_no_cluster(hosts):
    with pytest.raises(UserError, match="two or more different hosts"):
        hosts_text(COMMAND, hosts)


def program(folder, name, script):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/bash\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.mark.parametrize("nodes, others", [(1, []), (3, ["start --address=n1:6379"])])
def test_the_script_starts_ray_and_then_the_command(tmp_path, nodes, others):
    program(tmp_path, "bin/scontrol", "printf 'n1\\nn2\\nn3\\n'")
    program(
        tmp_path,
        "bin/srun",
        'while [[ $1 == --* ]]; do echo "$1" >> options; shift; done; exec "$@"',
    )
    program(
        tmp_path,
        ".venv/bin/ray",
        'if [ "$1" = status ]; then [ -e head ]; exit; fi\n'
        'case "$*" in *--head*) touch head ;; esac\n'
        'echo "${@/--block/}" >> started',
    )
    program(tmp_path, "bin/make", 'sleep 1; echo "make $*"')
    script = slurm_text(COMMAND, nodes, ["--gpus-per-node=8", "--time=1:00:00"])
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={
            **os.environ,
            "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
            "SLURM_JOB_NODELIST": "n[1-3]",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{COMMAND} CLUSTER=auto\n"
    lines = (tmp_path / "started").read_text().splitlines()
    started = [" ".join(line.split()) for line in lines]
    assert started == ["start --head --port=6379", *others]
    asked = (tmp_path / "options").read_text().split()
    assert ("--exclude=n1" in asked) == (nodes > 1)
    assert {"#SBATCH --gpus-per-node=8", f"#SBATCH --nodes={nodes}"} < set(
        script.splitlines()
    )
