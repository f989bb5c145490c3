"""One image of a user's scan: a file of a volume, or a DICOM series."""

import shlex
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from common.errors import UserError
from common.files import unreadable
from data.volume.dicom import find_series, read_series
from data.volume.files import read_volume
from data.volume.geometry import Geometry


@dataclass(frozen=True, eq=False)
class Input:
    """One image of a scan.

    Args:
        name: how the user called it.
        path: its file, or the folder of its series.
        array: `(depth, height, width)`, float32.
        geometry: its `Geometry`.
    """

    name: str
    path: Path
    array: np.ndarray
    geometry: Geometry


def read_input(source):
    """Reads one image of a scan.

    Args:
        source: a `.nii`, `.nii.gz` or `.mha` file; a folder of one DICOM series; or
            `FOLDER#N`, where N is a number that `list-series` shows.

    Returns:
        An `Input`.

    Raises:
        UserError: there is no such image, it cannot be read, or the folder holds
            several series.
    """
    folder, number = _folder_and_number(source)
    if folder is None:
        array, geometry = read_volume(source)
        return Input(str(source), Path(source), array.astype(np.float32), geometry)
    series = _choose(source, find_series(folder), number)
    return Input(str(source), folder, *read_series(series))


def check_input(source):
    """Refuses an image that is not there, without reading it.

    Args:
        source: what `read_input` takes.

    Raises:
        UserError: there is no such file or folder.
    """
    path = path_of(source)
    try:
        path.stat()
    except OSError as error:
        raise unreadable(path, error) from error


def path_of(source):
    """Returns the file, or the folder of the series, that a source names."""
    return _folder_and_number(source)[0] or Path(source)


def _folder_and_number(source):
    """Returns `(folder, number or None)` of a series, `(None, None)` of a file."""
    if Path(source).is_dir():
        return Path(source), None
    before, mark, number = str(source).rpartition("#")
    if mark and number.isdecimal() and not Path(source).exists():
        # One that is missing is missed as a folder, which its name says it is.
        if Path(before).is_dir() or not Path(before).exists():
            return Path(before), int(number)
    return None, None


def _choose(source, found, number):
    folder = shlex.quote(str(path_of(source)))
    look = f"`.venv/bin/python -m papers list-series {folder}`"
    if not found:
        fix = "name a folder of a DICOM series, or a NIfTI or MetaImage file"
        raise UserError(source, "DICOM files", "none in this folder", fix)
    if number is None and len(found) > 1:
        fix = f"{look} shows them; name one as {folder}#N"
        raise UserError(source, "one DICOM series", f"{len(found)} of them", fix)
    if number is not None and not 1 <= number <= len(found):
        received = f"{number} of {len(found)}"
        raise UserError(
            source, "the number of a series", received, f"{look} shows them"
        )
    return found[(number or 1) - 1]
