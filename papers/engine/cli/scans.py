"""The verbs on scans as scanners write them: list the series, and each step alone."""

from pathlib import Path
from typing import Annotated

import typer

from papers.engine import predict as engine
from papers.engine.console import Console

verbs = typer.Typer()


@verbs.command("list-series")
def list_series(
    folder: Annotated[Path, typer.Argument(help="A folder of DICOM files.")],
):
    """List the DICOM series of a folder, and guess which modality each is."""
    engine.list_series(folder, Console())
