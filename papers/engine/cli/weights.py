"""The verbs on weights that can be had: list, download, path."""

from pathlib import Path
from typing import Annotated

import typer

from papers import registry
from papers.engine import zoo
from papers.engine.cli.predict import PaperId
from papers.engine.console import Console
from papers.engine.predict.command import WEIGHTS
from papers.engine.request import DOWNLOADS, SUITES

verbs = typer.Typer(
    help="Weights that can be had by one command.", no_args_is_help=True
)
Target = Annotated[
    Path | None, typer.Option("--to", help="Folder of weights. Default: weights/.")
]


@verbs.command("list")
def list_weights(
    results: Annotated[
        Path | None,
        typer.Option(help="Folder of the results that score them. Default: results/."),
    ] = None,
):
    """List the weights that can be had, with data, score, license and size."""
    from papers.engine.zoo.table import HEAD

    console = Console()
    console.table(HEAD, zoo.rows(results or zoo.nearest(SUITES)))
    commands = [f"`make weights-{one.id}`" for one in registry.papers() if one.weights]
    console.say(
        f"Fetched by {', '.join(commands)}; the others are part of the repository."
    )


@verbs.command()
def download(paper: PaperId, target: Target = None):
    """Download a paper's weights, checked, and import them; both once."""
    zoo.download_weights(paper, DOWNLOADS, target or WEIGHTS / paper, Console().say)


@verbs.command()
def export(
    paper: PaperId,
    run: Annotated[
        Path, typer.Argument(help="A finished run: runs/PAPER/DATA/PROFILE/RUN.")
    ],
    target: Annotated[Path, typer.Option("--to", help="Folder of such runs.")],
    license_name: Annotated[
        str, typer.Option("--license", help="License of the weights, for their card.")
    ],
):
    """Write a finished run small enough to hand on: weights in half precision."""
    zoo.export_run(registry.paper(paper), run, target, license_name, Console().say)


@verbs.command()
def path(paper: PaperId, target: Target = None):
    """Show the folder of the weights that `predict` uses by itself."""
    Console().say(str(zoo.folder_of(paper, target or zoo.nearest(WEIGHTS / paper))))
