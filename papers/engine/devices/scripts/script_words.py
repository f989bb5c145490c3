"""What a user gives for a printed script: names of hosts, and values for Slurm."""

import re

from common.errors import UserError

HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
# As `sbatch` reads them: an amount with its unit, and minutes up to days.
_MEMORY = re.compile(r"\d+[KMGTkmgt]?")
_TIME = re.compile(r"\d+(:\d\d?){0,2}|\d+-\d\d?(:\d\d?){0,2}")
# Ray's own, for its processes and its dashboard.
_TAKEN = {8265, 52365, *range(10001, 20000)}


def check_hosts(hosts):
    """Makes sure that these are two or more different names of hosts.

    Raises:
        UserError: they are not.
    """
    wrong = [host for host in hosts if not HOST.fullmatch(host)]
    if wrong or len(set(hosts)) < max(len(hosts), 2):
        raise UserError(
            "cluster hosts --hosts",
            "two or more different hosts, names without a port",
            repr(wrong[0]) if wrong else ",".join(hosts) or "none",
            "such as --hosts node1,node2",
        )


def check_port(port):
    """Makes sure that Ray's head can have a port.

    Raises:
        UserError: it cannot.
    """
    if not 0 < port < 65536 or port in _TAKEN:
        raise UserError(
            "--port",
            "a port up to 65535, none of 8265, 52365 and 10001 to 19999, which Ray "
            "uses otherwise",
            port,
            "such as --port 6379",
        )


def slurm_options(gpus, cpus, mem, time, per):
    """Returns the options of `sbatch` that are given.

    Args:
        gpus: number of GPUs, per node or per task.
        cpus: number of cores of each.
        mem: memory of each, such as `"64G"`.
        time: limit of time, such as `"24:00:00"`.
        per: `"node"` or `"task"`.

    Raises:
        UserError: `sbatch` would not read the memory or the time.
    """
    _check("mem", mem, _MEMORY, "an amount with K, M, G or T", "64G")
    _check("time", time, _TIME, "hours:minutes:seconds, or days-hours", "24:00:00")
    given = {f"gpus-per-{per}": gpus, "cpus-per-task": cpus, "mem": mem, "time": time}
    # Of GPUs per task, Slurm wants to know how many tasks.
    given |= {"ntasks": 1} if per == "task" else {}
    return [f"--{name}={value}" for name, value in given.items() if value]


def _check(name, value, form, expected, example):
    if value and not form.fullmatch(value):
        raise UserError(
            f"--{name}", expected, repr(value), f"such as --{name} {example}"
        )
