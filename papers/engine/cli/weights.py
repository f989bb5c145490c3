"""The verbs on weights that can be had: list, download, path."""

from pathlib import Path
from typing import Annotated

import typer

from papers.engine import zoo
from papers.engine.cli.predict import PaperId
from papers.engine.console import Console
from papers.engine.predict.command import WEIGHTS
from papers.engine.request import DOWNLOADS

verbs = typer.Typer(
    help="Weights that can be had by one command.", no_args_is_help=True
)
Target = Annotated[
    Path | None, typer.Option("--to", help="Folder of weights. Default: weights/.")
]


@verbs.command("list")
def list_weights(
    results: Annotated[
        Path, typer.Option(help="Folder of the results that score them.")
    ] = Path("results"),
):
    """List the weights that can be had, with data, score, license and size."""
    from papers.engine.zoo.table import HEAD

    Console().table(HEAD, zoo.rows(results))


@verbs.command()
def download(paper: PaperId, target: Target = None):
    """Download a paper's weights, checked, and import them; both once."""
    zoo.download_weights(paper, DOWNLOADS, target or WEIGHTS / paper, Console().say)


@verbs.command()
def path(paper: PaperId, target: Target = None):
    """Show the folder of a paper's imported weights."""
    Console().say(str(zoo.folder_of(paper, target or WEIGHTS / paper)))
