"""What the DICOM series of a folder hold, and how to name them to `predict`."""

import shlex

from common.errors import UserError
from data.scans.guess import guess_modality
from data.volume.dicom import find_series

HEAD = ("series", "slices", "voxel [mm]", "description", "guess", "because of")


def list_series(folder, console):
    """Shows each DICOM series below a folder and a guess of its modality.

    Nothing is shown that tells the patient: of descriptions, words that also stand in
    the fields about patient, physicians and study are "…".

    Args:
        folder: any folder.
        console: a `papers.engine.console.Console`.

    Raises:
        UserError: there is no series in it.
    """
    found = find_series(folder)
    if not found:
        fix = "name another folder; compressed exports have to be unpacked first"
        raise UserError(folder, "DICOM files", "none in this folder or below", fix)
    guesses = [guess_modality(series.first) for series in found]
    rows = [_row(series, *guess) for series, guess in zip(found, guesses, strict=True)]
    console.table(HEAD, rows)
    console.say(
        "The guesses are from descriptions and times: look before you use them."
    )
    console.say(
        "Where the brain is: --brain-mask FILE, or in its place "
        '--skull-strip "hd-bet -i {in} -o {out}" with a program that you have.'
    )
    console.say(f"Then: {predict_command(found, [name for name, _ in guesses])}")


def predict_command(found, guesses):
    """Returns the command that segments a scan, with what is guessed filled in.

    Args:
        found: list of `Series`.
        guesses: modality of each, or None.
    """
    flags = []
    for name in ("t1", "t1ce", "t2", "flair"):
        places = [
            s.name for s, guess in zip(found, guesses, strict=True) if guess == name
        ]
        # Of several, the one of the finest voxels would be a guess of a guess.
        source = shlex.quote(places[0]) if len(places) == 1 else "FOLDER#N"
        flags.append(f"--{name} {source}")
    return (
        f".venv/bin/python -m papers predict anisocascade --prepare {' '.join(flags)} "
        "--brain-mask FILE --out FOLDER"
    )


def _row(series, guess, reason):
    voxel = " x ".join(f"{mm:.3g}" for mm in series.spacing[::-1])
    description = series.first.description or "none"
    return (
        f"#{series.name.rpartition('#')[2]}",
        series.shape[0],
        voxel,
        description,
        guess or "none of the four",
        reason,
    )
