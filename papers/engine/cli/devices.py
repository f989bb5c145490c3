"""The verb for several machines."""

from typing import Annotated

import typer

from papers import registry
from papers.engine.devices.cluster import text

verbs = typer.Typer()


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
