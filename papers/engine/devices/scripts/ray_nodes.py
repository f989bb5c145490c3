"""What to type to start a Ray cluster: on each of some hosts, or as a Slurm script."""

from papers.engine.devices.scripts.script_words import check_hosts, check_port

PORT = 6379
_RAY = ".venv/bin/ray"
_TOKEN = f"{_RAY} get-auth-token --generate >/dev/null"
_MODE = "export RAY_AUTH_MODE=token"
_PATIENCE = 300  # seconds for the head to start


def hosts_text(run, hosts, port=PORT):
    """Returns what to type on each host, in order.

    Args:
        run: what the cluster works on, as
            `papers.engine.devices.cluster_command.on_cluster` returns it.
        hosts: names of the hosts, in a folder that all share; the first one leads.
        port: a port of the first one that is free.

    Raises:
        UserError: fewer than two hosts, one named twice or with a character that no
            name has; or a port that Ray uses otherwise.
    """
    check_hosts(hosts)
    check_port(port)
    first, *others = hosts
    lines = [f"# on {first}: a token, by which the hosts know each other", _TOKEN]
    lines += ["# and to each host that does not share its home"]
    for host in others:
        lines.append(
            f"ssh {host} mkdir -p -m 700 .ray && "
            f"scp -p ~/.ray/auth_token {host}:.ray/auth_token"
        )
    lines += [f"# on {first}", _MODE, f"{_RAY} start --head --port={port}"]
    for host in others:
        lines += [f"# on {host}", _MODE, f"{_RAY} start --address={first}:{port}"]
    lines += [f"# on {first}, when all have started", run]
    return "\n".join([*lines, "# on each, afterwards", f"{_RAY} stop"])


def slurm_text(run, nodes, options=(), port=PORT, takes=""):
    """Returns a Slurm script that starts Ray on an allocation and runs a command.

    Where Ray does not start, the script ends. A job that is requeued goes on from the
    last saved states.

    Args:
        run: as for `hosts_text`.
        nodes: number of nodes.
        options: further options of `sbatch`, such as `"--gpus-per-node=8"`.
        port: a port of the first node that is free.
        takes: how long the command takes, for a comment.

    Raises:
        UserError: a port that Ray uses otherwise.
    """
    check_port(port)
    lines = (f"--nodes={nodes}", "--ntasks-per-node=1", "--requeue", *options)
    head = "\n".join(f"#SBATCH {line}" for line in lines)
    step = "srun --overlap --ntasks-per-node=1 ${cpus:+--cpus-per-task=$cpus}"
    start = f"{_RAY} start ${{cpus:+--num-cpus=$cpus}} --block"
    said = f"\n# In all {takes}." if takes else ""
    others = f"""
{{ {step} --nodes={nodes - 1} --exclude="$first" \\
  {start} --address="$RAY_ADDRESS" || \\
  echo "Ray has ended on a node, see above; the others go on" >&2; }} &"""
    return f"""#!/bin/bash
{head}
set -euo pipefail
# Nodes know each other by the token in the home that they share, ~/.ray/auth_token.
{_TOKEN}
{_MODE}
# A step gets the cores of its job only when told so.
cpus=${{SLURM_CPUS_PER_TASK:-}}
first=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | sed -n 1p)
export RAY_ADDRESS="$first:{port}"
{step} --nodes=1 --nodelist="$first" \\
  {start} --head --port={port} &
head=$!
fail() {{ echo "error: Ray $* on $first, see above" >&2; exit 1; }}
check() {{ kill -0 "$head" 2>/dev/null || fail "(port {port}) has not started"; }}
until {_RAY} status >/dev/null 2>&1; do
  check
  [ "$SECONDS" -lt {_PATIENCE} ] || fail "does not answer after {_PATIENCE} s"
  sleep 2
done
sleep 2
check  # for it may be the Ray of someone else that answers on that port\
{others if nodes > 1 else ""}
# Nodes that come later are used, too.{said}
{run}
"""
