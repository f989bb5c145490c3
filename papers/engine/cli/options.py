"""Options that several verbs share."""

from pathlib import Path
from typing import Annotated

import typer

DataSet = Annotated[str, typer.Argument(help="The data set, such as `figshare`.")]
Volumes = Annotated[str, typer.Argument(help="Volumes, such as `brats17`.")]
Data = Annotated[Path | None, typer.Option(help="Its folder. Default: the downloads.")]
Results = Annotated[Path, typer.Option(help="Folder for tables, rows and figures.")]
Form = Annotated[
    str | None,
    typer.Option(
        "--format",
        help="markdown or latex (booktabs), to paste; default: for the terminal.",
    ),
]
OnePaper = Annotated[str | None, typer.Argument(help="One paper, or all.")]
