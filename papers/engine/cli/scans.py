"""The verbs on scans as scanners write them: list the series, and each step alone."""

from pathlib import Path
from typing import Annotated

import typer

from common.files import lock_beside
from papers.engine import predict as engine
from papers.engine.cli.predict import BiasField, File, Mask, Strip, show_volumes
from papers.engine.console import Console

verbs = typer.Typer()


@verbs.command("list-series")
def list_series(
    folder: Annotated[Path, typer.Argument(help="A folder of DICOM files.")],
):
    """List the DICOM series of a folder, and guess which modality each is."""
    engine.list_series(folder, Console())


@verbs.command("prepare-scan")
def prepare_scan(
    out: Annotated[Path, typer.Option(help="The folder to write.")],
    case: Annotated[Path | None, typer.Option(help="Folder of four files.")] = None,
    flair: File = None,
    t1: File = None,
    t1ce: File = None,
    t2: File = None,
    brain_mask: Mask = None,
    skull_strip: Strip = None,
    n4: BiasField = False,
):
    """Co-register raw images to T1ce, on one grid of 1 mm, for predict --case."""
    console = Console()
    files = {"flair": flair, "t1": t1, "t1ce": t1ce, "t2": t2}
    sources = engine.sources_of(engine.given_scan(case, files))
    more = [brain_mask] if brain_mask else []
    with lock_beside(out, console.say):
        folder = engine.ScanFolder(out, engine.NAMES, [*sources.values(), *more])
        engine.prepare_scan(sources, folder, brain_mask, skull_strip, n4, console.say)
    console.say(f"wrote {out}")


@verbs.command("restore-mask")
def restore_mask(
    case: Annotated[Path, typer.Option(help="What prepare-scan wrote.")],
    mask: Annotated[Path, typer.Option(help="What predict --case made of it.")],
    out: Annotated[Path, typer.Option(help="The folder to write.")],
):
    """Bring a mask of a prepared scan back to T1ce's grid, with volumes in ml."""
    console = Console()
    volumes = engine.restore_mask(case, mask, out, console.say)
    show_volumes(console, volumes, out)
