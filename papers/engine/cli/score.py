"""The verb that scores anybody's label maps."""

from pathlib import Path
from typing import Annotated

import typer

from papers.engine import scoring
from papers.engine.request import LOCAL

verbs = typer.Typer()


@verbs.command()
def score(
    truth: Annotated[Path, typer.Option(help="Folder of the true label maps.")],
    prediction: Annotated[Path, typer.Option(help="Folder of the predicted ones.")],
    out: Annotated[Path, typer.Option(help="Folder to write.")] = LOCAL / "scores",
    convention: Annotated[
        str, typer.Option(help="Distances and empty regions: common/metrics/README.md.")
    ] = "border-max/brats",
    lesions: Annotated[
        str,
        typer.Option(
            help="brats23, brats23-met, bipartite, bipartite-met (2026), or none."
        ),
    ] = "brats23",
    labels: Annotated[
        str,
        typer.Option(
            help="What the values mean, if names do not tell: brats21 (4 enhances), "
            "brats23 (3 enhances), brats24 (3 enhances, 4 is the cavity), brats15."
        ),
    ] = "",
    prediction_labels: Annotated[
        str, typer.Option(help="The same of the predictions, if they differ.")
    ] = "",
    tolerances: Annotated[
        str,
        typer.Option(help="Of the normalized surface Dice, mm; lesions: the first."),
    ] = "1,2",
):
    """Score a folder of label maps against their truths: tables and a figure."""
    scoring.score(
        scoring.Options(
            truth,
            prediction,
            out,
            convention,
            lesions,
            labels,
            prediction_labels,
            tolerances,
        )
    )
