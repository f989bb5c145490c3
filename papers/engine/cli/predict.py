"""The verbs on a user's own scans: import the authors' weights, and segment."""

from pathlib import Path
from typing import Annotated

import typer

from common.errors import UserError
from papers.engine import predict as engine
from papers.engine.console import Console

verbs = typer.Typer()
PREPARE = "--brain-mask, --skull-strip and --n4"

PaperId = Annotated[str, typer.Argument(help="The paper, as `list` names it.")]
File = Annotated[
    Path | None,
    typer.Option(
        help="File, instead of --case; with --prepare: FOLDER#N of DICOM, too."
    ),
]
Mask = Annotated[
    Path | None,
    typer.Option(help="To prepare: a file that is not 0 in the brain, on T1ce."),
]
Strip = Annotated[
    str | None,
    typer.Option(help='Instead: a program, as in "hd-bet -i {in} -o {out}".'),
]
BiasField = Annotated[
    bool, typer.Option("--n4", help="To prepare: correct the bias field, too.")
]


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
            help="A .nii.gz, .nii or .mha file (a slice: .png); for cases, and with "
            "--prepare: a folder."
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
    prepare: Annotated[
        bool,
        typer.Option(
            "--prepare", help="Co-register raw images first; see data/scans/README.md."
        ),
    ] = False,
    brain_mask: Mask = None,
    skull_strip: Strip = None,
    n4: BiasField = False,
):
    """Segment a case of four modalities, a slice, or a folder of them."""
    files = {"flair": flair, "t1": t1, "t1ce": t1ce, "t2": t2}
    if not prepare:
        if brain_mask or skull_strip or n4:
            fix = "add --prepare, or leave them out"
            raise UserError(PREPARE, "to be given with --prepare", "without it", fix)
        engine.predict(paper, case, files, weights, out, force, report, overlay)
        return
    if report or overlay:
        fix = "leave them out; then `predict --case` on the folder of --out"
        received = "with --prepare, which writes a picture of its own"
        raise UserError("--report and --overlay", "a prepared case", received, fix)
    console = Console()
    found = engine.segment(
        engine.given_scan(case, files),
        *(out, brain_mask, skull_strip, n4, paper, weights, force, console.say),
    )
    show_volumes(console, found.volumes, found.folder)


def show_volumes(console, volumes, folder):
    """Shows the volumes of the regions, and where the files are."""
    for name, ml in volumes.items():
        console.say(f"{name}: {ml:.1f} ml")
    console.say(f"wrote {folder}")
