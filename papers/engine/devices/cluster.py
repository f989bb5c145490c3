"""What to start on each host, to train one job on several machines."""

import contextlib
import json
import os
import shlex
from pathlib import Path

from common.errors import UserError
from common.training.cluster import on_several_machines

RESTARTS = 20  # of a Slurm job, before it is given up
LOST_MACHINE = 75  # exit code, BSD's EX_TEMPFAIL: the same command may be run again
_FAILURE = "BRAINTUMOR_FAILURE"  # names the file of `own_failure_noted`


@contextlib.contextmanager
def own_failure_noted():
    """Leaves the file that the Slurm script looks for, where starting again is vain.

    That is for each error but a lost machine. Exit codes alone do not tell: `make`
    has 2 for all, and srun the highest of those that it has killed.
    """
    try:
        yield
    except (Exception, SystemExit) as error:
        code = error.code if isinstance(error, SystemExit) else 1
        if code not in (None, 0, LOST_MACHINE) and _FAILURE in os.environ:
            Path(os.environ[_FAILURE]).touch()
        raise


def refuse_cluster(verb):
    """Refuses a verb that one machine does, where `TF_CONFIG` names several.

    Raises:
        UserError: it does.
    """
    if on_several_machines():
        raise UserError(
            "TF_CONFIG",
            "the verb `train`, which several machines do together",
            f"`{verb}`",
            f"train, then `{verb}` on one machine without TF_CONFIG, and with GPUS= as "
            "many devices as trained, where the paper has no towers of its own",
        )


def text(hosts, tasks, port, command):
    """Returns what to print: one command a host, or a script for Slurm.

    Args:
        hosts: addresses such as `"node1:2222,node2:2222"`; empty for Slurm.
        tasks: number of Slurm's nodes.
        port: the port that they use.
        command: what to run on all of them.
    """
    if not hosts:
        return slurm(tasks, port, command)
    lines = commands([host.strip() for host in hosts.split(",")], command)
    return "\n".join(f"# on {host}\n{line}" for host, line in lines)


def commands(hosts, command):
    """Returns one command a host.

    Args:
        hosts: addresses `name:port`, the first one of which writes the files.
        command: what to run on all of them.

    Returns:
        A list of `(host, command)`.

    Raises:
        UserError: an address has no port, or one is there twice.
    """
    for host in hosts:
        name, _, port = host.rpartition(":")
        if not name or not port.isdecimal() or not 0 < int(port) < 65536:
            raise UserError(
                "--hosts", "addresses such as node1:2222", host, "correct it"
            )
    if len(set(hosts)) < max(len(hosts), 2):
        raise UserError(
            "--hosts", "two or more addresses, each once", ",".join(hosts), "correct it"
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
    """Returns a Slurm script that starts one worker a node.

    A worker that is killed ends the others, and Slurm starts all of them again: they
    go on from the last saved state. Where one ends by an error of its own, such as
    bad input, it does not. What fails each time is given up after `RESTARTS`.

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
  echo "failed by an error of its own, see above: not started again" >&2
  exit 1
fi
if [ "${{SLURM_RESTART_COUNT:-0}}" -ge {RESTARTS} ]; then
  echo "failed again after {RESTARTS} restarts: given up" >&2
  exit 1
fi
scontrol requeue "$SLURM_JOB_ID"
"""
