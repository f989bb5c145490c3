"""The verbs for several machines: what to start on each."""

from typing import Annotated

import typer

from papers import registry
from papers.engine.devices.cluster import text
from papers.engine.devices.ray_nodes import PORT, hosts_text, slurm_text
from papers.engine.request import words

verbs = typer.Typer()
cluster = typer.Typer(help="Start whole jobs at once on several machines, by Ray.")
Command = Annotated[
    str,
    typer.Argument(help="What the cluster works on: `make reproduce-hierdice DATA=…`."),
]
Port = Annotated[int, typer.Option(help="A free port of the first machine.")]


@verbs.command()
def workers(
    command: Annotated[
        str, typer.Argument(help="What all run, such as `make train-linkdsl`.")
    ],
    hosts: Annotated[
        str,
        typer.Option(help="Addresses `node1:2222,node2:2222`. Without them: Slurm."),
    ] = "",
    tasks: Annotated[int, typer.Option(min=2, help="Slurm: number of nodes.")] = 2,
    port: Annotated[int, typer.Option(help="Slurm: a port free on all nodes.")] = 2222,
):
    """Print what to start on each of several machines that train together.

    The command trains one paper, and the number of machines divides the batch, or the
    towers, that they share. They share the folder in which they run, too. One of them
    runs `make prepare-PAPER` first; the first one listed writes the files. If one
    dies, all end with exit code 75; started again, they resume from the last saved
    state.
    """
    print(text(hosts, tasks, port, command, registry.papers()))


@cluster.command()
def hosts(
    command: Command,
    hosts: Annotated[str, typer.Option(help="Names, such as `node1,node2`.")] = "",
    port: Port = PORT,
):
    """Print what to type on each of several hosts that share one folder."""
    print(hosts_text(command, words(hosts), port))


@cluster.command()
def slurm(
    command: Command,
    nodes: Annotated[int, typer.Option(min=1, help="Number of nodes.")] = 1,
    gpus: Annotated[int, typer.Option(min=0, help="GPUs of each node.")] = 1,
    cpus: Annotated[int, typer.Option(min=0, help="Cores of each node.")] = 0,
    mem: Annotated[str, typer.Option(help="Memory of each node: `64G`.")] = "",
    time: Annotated[str, typer.Option(help="Limit of time: `24:00:00`.")] = "",
    port: Port = PORT,
):
    """Print a Slurm script that starts Ray on its nodes and runs a command there."""
    options = slurm_options(gpus, cpus, mem, time, "node")
    print(slurm_text(command, nodes, options, port))


def slurm_options(gpus, cpus, mem, time, per):
    """Returns the options of `sbatch` that are given; of GPUs, per node or per task."""
    given = {f"gpus-per-{per}": gpus, "cpus-per-task": cpus, "mem": mem, "time": time}
    return [f"--{name}={value}" for name, value in given.items() if value]
