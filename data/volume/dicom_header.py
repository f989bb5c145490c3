"""The header of one DICOM file, without anything that tells the patient."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from common.errors import UserError
from data.volume.header import COPY_AGAIN

_DICOM = b"DICM"  # at byte 128 of every DICOM file
# What the first bytes of an image of magnetic resonance call it, in one frame or many.
_IMAGES = (b"1.2.840.10008.5.1.4.1.1.4\0", b"1.2.840.10008.5.1.4.1.1.4.1\0")
# Names, numbers and dates of patient, physicians and study, any of which a technician
# may have typed into the description of a series.
_PERSONAL = (
    "0008|0020 0008|0021 0008|0022 0008|0050 0008|0080 0008|0090 0008|1048 0008|1050 "
    "0008|1060 0008|1070 0010|0010 0010|0020 0010|0030 0010|1000 0010|1001 0010|1005 "
    "0010|2154 0020|0010"
).split()
_HIDDEN = "…"


@dataclass(frozen=True, eq=False)
class DicomHeader:
    """What a file says about its slice and its sequence, and nothing of the patient.

    Args:
        path: the file.
        key: what the slices of one volume have in common; never to be shown, for it
            holds the series' own number.
        order: number of the series in its study, or 0.
        description: of the series, without names, numbers and dates.
        sequence: codes of the sequence, such as `"SE IR"`.
        echo_time: in ms, or None.
        repetition_time: in ms, or None.
        inversion_time: in ms, or None.
        contrast: whether an agent was given.
        frames: number of slices in the file.
        position: center of the first pixel, (x, y, z) in LPS+ mm.
        axes: `(2, 3)` directions of growing column and row index in LPS+.
        spacing: distance of columns, and of rows, in mm.
        thickness: of the slice in mm, or 1 where it is not said.
    """

    path: Path
    key: tuple
    order: int
    description: str
    sequence: str
    echo_time: float | None
    repetition_time: float | None
    inversion_time: float | None
    contrast: bool
    frames: int
    position: np.ndarray
    axes: np.ndarray
    spacing: tuple[float, float]
    thickness: float


def read_header(path):
    """Reads the header of a DICOM file.

    Args:
        path: any file.

    Returns:
        A `DicomHeader`; None if it is no DICOM file, or no slice with a place.

    Raises:
        OSError: the file cannot be read.
        UserError: it is a damaged image.
    """
    with open(path, "rb") as file:
        begin = file.read(1024)
    if begin[128:132] != _DICOM:
        return None
    reader = sitk.ImageFileReader()
    reader.SetImageIO("GDCMImageIO")
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
    except RuntimeError as error:
        if any(image in begin for image in _IMAGES):
            received = "a damaged or truncated one"
            raise UserError(path, "a DICOM image", received, COPY_AGAIN) from error
        return None  # a report, or a list of files
    return _header(Path(path), reader)


def without_names(description, personal):
    """Removes from a description what also stands in the fields about the patient.

    Args:
        description: any text.
        personal: values of the fields about patient, physicians and study.

    Returns:
        The text; words of these fields, and numbers of six digits or more, are "…".
    """
    words = {w for text in personal for w in _words(text) if len(w) > 2}
    parts = re.split(r"([^\W_]+)", description)
    kept = [
        _HIDDEN if p.lower() in words or re.search(r"\d{6}", p) else p for p in parts
    ]
    text = "".join(kept)
    # 2026-11-30, 30.11.2026 and the like are several words.
    return re.sub(r"\b\d{1,4}([-./_])\d{1,2}\1\d{1,4}\b", _HIDDEN, text)


def _words(text):
    return re.findall(r"[^\W_]+", text.lower())


def _header(path, reader):
    known = set(reader.GetMetaDataKeys())

    def text(tag):
        return reader.GetMetaData(tag).strip(" \0") if tag in known else ""

    position, axes = _floats(text("0020|0032")), _floats(text("0020|0037"))
    size, spacing = reader.GetSize(), _floats(text("0028|0030"))
    frames = int(_float(text("0028|0008")) or 1)
    if frames == 1 and (len(position), len(axes), len(spacing)) != (3, 6, 2):
        return None
    # In a file of many frames these are elsewhere; it is refused when it is read.
    position = np.array(position if len(position) == 3 else (0, 0, 0), np.float64)
    axes = np.array(axes if len(axes) == 6 else (1, 0, 0, 0, 1, 0)).reshape(2, 3)
    spacing = spacing if len(spacing) == 2 else (1.0, 1.0)
    place = (tuple(size[:2]), tuple(np.round(axes, 3).ravel()), tuple(spacing))
    rest = (text("0018|0086"), text("0018|0081")) if frames == 1 else (str(path),)
    times = [_float(text(tag)) for tag in ("0018|0081", "0018|0080", "0018|0082")]
    description = text("0008|103e") or text("0018|1030")
    agent = text("0018|0010").lower()
    return DicomHeader(
        path,
        (text("0020|000e"), *place, *rest),
        int(_float(text("0020|0011")) or 0),
        without_names(description, [text(tag) for tag in _PERSONAL]),
        text("0018|0020").replace("\\", " "),
        *times,
        agent not in ("", "no", "none"),
        frames,
        position,
        axes,
        (spacing[1], spacing[0]),
        _float(text("0018|0050")) or 1.0,
    )


def _floats(text):
    try:
        return tuple(float(part) for part in text.split("\\"))
    except ValueError:
        return ()


def _float(text):
    values = _floats(text)
    return values[0] if values else None
