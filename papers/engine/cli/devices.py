"""The verbs for several machines: what to start on each."""

from pathlib import Path
from typing import Annotated

import typer

from common.errors import UserError
from papers import registry
from papers.engine.cli.profile_time import hours_left, whole_text
from papers.engine.cli.stages import prepared, stage
from papers.engine.devices.cluster import text
from papers.engine.devices.cluster_command import on_cluster
from papers.engine.devices.scripts.ray_nodes import PORT, hosts_text, slurm_text
from papers.engine.devices.scripts.script_words import slurm_options
from papers.engine.devices.slurm_array import write_script
from papers.engine.request import words

verbs = typer.Typer()
cluster = typer.Typer(
    help="Run whole jobs at once on several machines: by Ray, or as arrays of Slurm."
)
_checks = typer.Typer()
_OF_A_CLUSTER = ("cluster", "gpus_per_job", "cpus_per_job", "only")
_OF_AN_ARRAY = ("--script", "--task-gpus", "--task-cpus", "--mem", "--time")

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
    names = words(hosts)
    run = on_cluster(command, registry.papers(), len(names), check_options)
    print(hosts_text(run, names, port))


@cluster.command()
def slurm(
    command: Command,
    nodes: Annotated[int, typer.Option(min=1, help="Number of nodes.")] = 1,
    gpus: Annotated[int, typer.Option(min=0, help="GPUs of each node.")] = 1,
    cpus: Annotated[
        int, typer.Option(min=0, help="Cores of each node; else what Slurm gives.")
    ] = 0,
    mem: Annotated[str, typer.Option(help="Memory of each node: `64G`.")] = "",
    time: Annotated[str, typer.Option(help="Limit of time: `24:00:00`.")] = "",
    port: Port = PORT,
):
    """Print a Slurm script that starts Ray on its nodes and runs a command there."""
    requests = []

    def check(verb, arguments):
        requests.append(check_options(verb, arguments))

    run = on_cluster(command, registry.papers(), nodes, check)
    options = slurm_options(gpus, cpus, mem, time, "node")
    print(slurm_text(run, nodes, options, port, whole_text(requests, nodes * gpus)))


def _array(
    request,
    script: Annotated[Path, typer.Option(help="The script.")] = Path("submit.sh"),
    task_gpus: Annotated[int, typer.Option(min=0, help="GPUs of each task.")] = 1,
    task_cpus: Annotated[int, typer.Option(min=0, help="Cores of each task.")] = 0,
    mem: Annotated[str, typer.Option(help="Memory of each task: `32G`.")] = "",
    time: Annotated[str, typer.Option(help="Limit of each task: `12:00:00`.")] = "",
):
    """Write a script that submits all jobs as arrays of Slurm, without Ray."""
    options = slurm_options(task_gpus, task_cpus, mem, time, "task")
    runner = prepared(request)
    hours = hours_left(runner.jobs, request)
    write_script(script, runner.slurm_array(_own_words(request), options, hours))
    runner.console.say(f"submit it with: bash {script}")


stage(_array, cluster, "array", without=_OF_A_CLUSTER)


def check_options(verb, arguments):
    """Makes sure that a stage would take its options.

    Args:
        verb: `train`, `evaluate` or `reproduce`, whose options are the same.
        arguments: the words after it.

    Returns:
        The `papers.engine.request.Request`.

    Raises:
        ValueError: it would not; the message is why.
    """
    arguments = [word for word in arguments if word != "--dry-run"]
    try:
        return typer.main.get_command(_checks)(arguments, verb, standalone_mode=False)
    except UserError as error:
        raise ValueError(f"{error.file}, not {error.expected}") from error
    except typer.BadParameter.__base__ as error:  # whatever is wrong with words
        raise ValueError(error.format_message()) from error


def _checked(request):
    """Read a request, and do no more."""
    _ = request.protocol  # which finds what is wrong with it
    return request


stage(_checked, _checks)


def _own_words(request):
    """Returns a request's words without the options of an array."""
    own = list(request.arguments)
    for name in _OF_AN_ARRAY:
        while name in own:
            at = own.index(name)
            del own[at : at + 2]
        own = [word for word in own if not word.startswith(f"{name}=")]
    return own
