"""Several machines that train one job together: what to start on each."""

import contextlib
import json
import os
import shlex
from pathlib import Path

from common.errors import UserError
from common.training.cluster import on_several_machines
from papers.engine.devices.scripts.machine_command import check_command
from papers.engine.devices.scripts.script_words import HOST

MAX_RESTARTS = 20  # of a Slurm job
LOST_MACHINE = 75  # exit code (BSD's EX_TEMPFAIL): run the same command again
_HOSTS = "node1:2222,node2:2222"
_FAILURE = "BRAINTUMOR_FAILURE"  # names the file of `own_failure_noted`


@contextlib.contextmanager
def own_failure_noted():
    """Leaves the file by which the Slurm script knows that a restart is pointless.

    That is so after every error except a lost machine. Exit codes do not suffice:
    `make` returns 2 for all errors, and srun the highest code of the tasks it killed.
    """
    try:
        yield
    except (Exception, SystemExit) as error:
        code = error.code if isinstance(error, SystemExit) else 1
        if code not in (None, 0, LOST_MACHINE) and _FAILURE in os.environ:
            Path(os.environ[_FAILURE]).touch()
        raise


def refuse_cluster(verb):
    """Refuses a verb for one machine if `TF_CONFIG` names several.

    Raises:
        UserError: it names several.
    """
    if on_several_machines():
        raise UserError(
            "TF_CONFIG",
            "the verb `train`, the only one that several machines run together",
            f"`{verb}`",
            f"train, then `{verb}` on one machine without TF_CONFIG; with GPUS= the "
            "number of devices that trained, unless the paper has its own towers",
        )


def text(hosts, tasks, port, command, papers):
    """Returns the text to print: one command per host, or a script for Slurm.

    Args:
        hosts: addresses such as `"node1:2222,node2:2222"`; empty for Slurm.
        tasks: number of nodes that Slurm provides.
        port: the port that they use.
        command: what to run on all of them.
        papers: the `papers.engine.paper.Paper`s of the suite.

    Raises:
        UserError: an address is not valid, or that many machines cannot run the
            command together.
    """
    if not hosts:
        check_command(command, tasks, papers)
        return slurm(tasks, port, command)
    lines = commands([host.strip() for host in hosts.split(",")], command)
    check_command(command, len(lines), papers)
    return "\n".join(f"# on {host}\n{line}" for host, line in lines)


def commands(hosts, command):
    """Returns one command per host.

    Args:
        hosts: addresses `name:port`; the first one writes the files.
        command: what to run on all of them.

    Returns:
        A list of `(host, command)`.

    Raises:
        UserError: an address is none of a host with a port, or appears twice.
    """
    for host in hosts:
        name, _, port = host.rpartition(":")
        named = HOST.fullmatch(name) and port.isdecimal()
        if not named or not 0 < int(port) < 65536:
            raise UserError(
                "HOSTS", "addresses such as node1:2222", host, f"such as HOSTS={_HOSTS}"
            )
    if len(set(hosts)) < max(len(hosts), 2):
        raise UserError(
            "HOSTS",
            "two or more different addresses",
            ",".join(hosts),
            f"such as HOSTS={_HOSTS}",
        )
    return [
        (
            host,
            "TF_CONFIG="
            + shlex.quote(
                json.dumps(
                    {
                        "cluster": {"worker": list(hosts)},
                        "task": {"type": "worker", "index": index},
                    }
                )
            )
            # All of a command such as `cd suite && make …` gets the variable.
            + f" bash -c {shlex.quote(command)}",
        )
        for index, host in enumerate(hosts)
    ]


def slurm(tasks, port, command):
    """Returns a Slurm script that starts one worker per node.

    If a worker is killed, the others end, and Slurm restarts all of them from the last
    saved state. If one ends with its own error, such as bad input, Slurm does not. A
    job that keeps failing is abandoned after `MAX_RESTARTS`.

    Args:
        tasks: number of nodes.
        port: a port that is free on all of them.
        command: what to run on all of them, in a folder that all share.
    """
    worker = f"""
export TF_CONFIG="{{\\"cluster\\": $CLUSTER, \\"task\\": \\
  {{\\"type\\": \\"worker\\", \\"index\\": $SLURM_PROCID}}}}"
{command}"""
    return f"""#!/bin/bash
#SBATCH --nodes={tasks}
#SBATCH --ntasks-per-node=1
#SBATCH --gpus-per-node=1
#SBATCH --requeue
hosts=$(scontrol show hostnames "$SLURM_JOB_NODELIST" \\
  | sed 's/.*/"&:{port}"/' | paste -sd,)
export CLUSTER="{{\\"worker\\": [$hosts]}}"
export {_FAILURE}="$PWD/failure-$SLURM_JOB_ID"
rm -f "${_FAILURE}"
srun --kill-on-bad-exit=1 bash -c {shlex.quote(worker)} && exit
if [ -e "${_FAILURE}" ]; then
  rm "${_FAILURE}"
  echo "failed with its own error, see above: not restarted" >&2
  exit 1
fi
if [ "${{SLURM_RESTART_COUNT:-0}}" -ge {MAX_RESTARTS} ]; then
  echo "failed again after {MAX_RESTARTS} restarts: abandoned" >&2
  exit 1
fi
scontrol requeue "$SLURM_JOB_ID"
"""
