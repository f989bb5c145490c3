"""The verbs on a user's own scans: import the authors' weights, and segment."""

from pathlib import Path
from typing import Annotated

import typer

from papers.engine import predict as engine

verbs = typer.Typer()

PaperId = Annotated[str, typer.Argument(help="The paper, as `list` names it.")]
File = Annotated[Path | None, typer.Option(help="File, instead of --case.")]


@verbs.command("import-weights")
def import_weights(
    paper: PaperId,
    source: Annotated[Path, typer.Option("--from", help="Folder as released.")],
    target: Annotated[
        Path | None, typer.Option("--to", help="Folder to write. Default: weights/.")
    ] = None,
):
    """Convert the weights that the authors released into Keras weight files."""
    engine.import_weights(paper, source, target)


@verbs.command()
def predict(
    paper: PaperId,
    out: Annotated[
        Path,
        typer.Option(
            help="A .nii.gz, .nii or .mha file (a slice: .png); for cases: a folder."
        ),
    ],
    case: Annotated[
        Path | None,
        typer.Option(help="Folder of one case or of cases; a slice, or their folder."),
    ] = None,
    flair: File = None,
    t1: File = None,
    t1ce: File = None,
    t2: File = None,
    weights: Annotated[
        Path | None,
        typer.Option(help="Imported weights, or a finished run; see the page."),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Try scans that are not like BraTS's.")
    ] = False,
    report: Annotated[
        Path | None, typer.Option(help="Folder for a page of the one case.")
    ] = None,
    overlay: Annotated[
        Path | None, typer.Option(help="A .png file for a picture of the one case.")
    ] = None,
):
    """Segment a case of four modalities, a slice, or a folder of them."""
    files = {"flair": flair, "t1": t1, "t1ce": t1ce, "t2": t2}
    engine.predict(paper, case, files, weights, out, force, report, overlay)
