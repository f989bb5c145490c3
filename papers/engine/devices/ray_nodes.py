"""What to type to start a Ray cluster: on each of some hosts, or as a Slurm script."""

import shlex

from common.errors import UserError

PORT = 6379
_RAY = ".venv/bin/ray"
_EXAMPLE = "`make reproduce-hierdice DATA=folder PROFILE=paper`"


def hosts_text(command, hosts, port=PORT):
    """Returns what to type on each host, in order.

    Args:
        command: what the cluster works on, such as `make reproduce-hierdice …`.
        hosts: names of the hosts, in a folder that all share; the first one leads.
        port: a port of the first one that is free.

    Raises:
        UserError: fewer than two hosts, one named twice, or a command that uses no
            cluster.
    """
    if len(set(hosts)) < max(len(hosts), 2):
        raise UserError(
            "cluster hosts --hosts",
            "two or more different hosts",
            ",".join(hosts) or "none",
            "such as --hosts node1,node2",
        )
    run, (first, *others) = on_cluster(command), hosts
    lines = [f"# on {first}", f"{_RAY} start --head --port={port}"]
    for host in others:
        lines += [f"# on {host}", f"{_RAY} start --address={first}:{port}"]
    lines += [f"# on {first}, when all have started", run]
    return "\n".join([*lines, "# on each, afterwards", f"{_RAY} stop"])


def slurm_text(command, nodes, options=(), port=PORT):
    """Returns a Slurm script that starts Ray on an allocation and runs a command.

    A job that is requeued goes on from the last saved states.

    Args:
        command: as for `hosts_text`.
        nodes: number of nodes.
        options: further options of `sbatch`, such as `"--gpus-per-node=8"`.
        port: a port of the first node that is free.

    Raises:
        UserError: a command that uses no cluster.
    """
    run = on_cluster(command)
    lines = (f"--nodes={nodes}", "--ntasks-per-node=1", "--requeue", *options)
    head = "\n".join(f"#SBATCH {line}" for line in lines)
    step = "srun --overlap --ntasks-per-node=1"
    others = f"""
{step} --nodes={nodes - 1} --exclude="$first" \\
  {_RAY} start --address="$address" --block &"""
    return f"""#!/bin/bash
{head}
set -euo pipefail
# Nodes know each other by the token in the home that they share, ~/.ray/auth_token.
export RAY_AUTH_MODE=token
first=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | sed -n 1p)
address="$first:{port}"
{step} --nodes=1 --nodelist="$first" \\
  {_RAY} start --head --port={port} --block &
until {_RAY} status --address="$address" >/dev/null 2>&1; do sleep 2; done\
{others if nodes > 1 else ""}
# Nodes that come later are used, too.
{run}
"""


def on_cluster(command):
    """Returns a command that runs its jobs on the cluster that its machine is in.

    Raises:
        UserError: it is no command of a paper's stages.
    """
    words = shlex.split(command)
    if any(word.startswith(("CLUSTER=", "--cluster")) for word in words):
        return command
    if any(w.startswith(("reproduce-", "train-", "evaluate-")) for w in words):
        return f"{command} CLUSTER=auto"
    if "papers" in words and {"reproduce", "train", "evaluate"} & set(words):
        return f"{command} --cluster auto"
    raise UserError(
        f"cluster {command!r}",
        "a command that trains or scores a paper",
        "another one",
        f"such as {_EXAMPLE}",
    )
