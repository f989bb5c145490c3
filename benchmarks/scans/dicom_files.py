"""Writes a volume as a DICOM series, with a patient of its own invention."""

import contextlib
import locale
from pathlib import Path

import SimpleITK as sitk

# What must never be seen again.
PATIENT = {
    "0010|0010": "DOE^JOHN",
    "0010|0020": "MRN-4711-X",
    "0010|0030": "19570423",
    "0008|0020": "20240229",
    "0008|0021": "20240229",
    "0008|0022": "20240229",
    "0008|0030": "101112",
    "0008|0050": "ACC998877",
    "0008|0080": "SAINT ELSEWHERE",
    "0008|0090": "HOUSE^GREGORY",
    "0020|0010": "STUDY5150",
}
_UID = "1.2.826.0.1.3680043.8.498"


@contextlib.contextmanager
def locale_kept():
    """Undoes that GDCM, where it writes, sets the locale, and so Python's encoding."""
    before = locale.setlocale(locale.LC_ALL)
    try:
        yield
    finally:
        locale.setlocale(locale.LC_ALL, before)


def write_series(folder, image, number=1, tags=None):
    """Writes one file per slice, named so that their order is not that of the slices.

    Args:
        folder: the folder to write, created if missing.
        image: a SimpleITK image of int16 or uint16.
        number: of the series; decides its identifier and the names of its files.
        tags: more tags, such as `{"0008|103e": "t1"}`.

    Returns:
        The paths in the order of the slices.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    writer = sitk.ImageFileWriter()
    writer.KeepOriginalImageUIDOn()
    axes = image.GetDirection()
    series = {
        **PATIENT,
        "0008|0016": "1.2.840.10008.5.1.4.1.1.4",  # MR Image Storage
        "0008|0060": "MR",
        "0020|000d": f"{_UID}.1",
        "0020|000e": f"{_UID}.2.{number}",
        "0020|0011": str(number),
        "0020|0037": "\\".join(f"{axes[i]:.9f}" for i in (0, 3, 6, 1, 4, 7)),
        "0018|0050": f"{image.GetSpacing()[2]:.6f}",
        **(tags or {}),
    }
    count, paths = image.GetSize()[2], []
    for index in range(count):
        one = image[:, :, index : index + 1]
        position = image.TransformIndexToPhysicalPoint((0, 0, index))
        own = {
            "0008|0018": f"{_UID}.3.{number}.{index + 1}",
            "0020|0013": str(index + 1),
            "0020|0032": "\\".join(f"{mm:.6f}" for mm in position),
        }
        for tag, value in (series | own).items():
            one.SetMetaData(tag, value)
        paths.append(folder / f"{number:02d}_{7 * index % count:03d}_{index:03d}.dcm")
        writer.SetFileName(str(paths[-1]))
        with locale_kept():
            writer.Execute(one)
    return paths
