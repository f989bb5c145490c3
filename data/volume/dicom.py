"""DICOM series as volumes: found in a folder, checked, read through GDCM."""

import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from common.errors import UserError
from common.files import unreadable
from data.ignored import is_ignored
from data.volume.dicom_header import DicomHeader, read_header
from data.volume.geometry import Geometry
from data.volume.itk import lps_affine

_MIN_SLICES = 4  # fewer are a localizer
_MAX_UNEVEN = 0.05  # of the distance of slices
_MAX_SHEAR = 0.02  # sideways, of the way through the slices
_EXPORT = "export the series again, whole; or pass a NIfTI file"


@dataclass(frozen=True, eq=False)
class Series:
    """The slices of one volume.

    Args:
        name: how messages and the command line call it, such as `"scan#3"`.
        headers: `DicomHeader` of each slice, in order along the axis that is at right
            angles to them.
    """

    name: str
    headers: tuple[DicomHeader, ...]

    @property
    def first(self):
        """The header of the first slice."""
        return self.headers[0]

    @property
    def shape(self):
        """`(slices, rows, columns)`."""
        columns, rows = self.first.key[1]
        frames = self.first.frames
        return (frames if frames > 1 else len(self.headers), rows, columns)

    @property
    def spacing(self):
        """Size of a voxel along (slices, rows, columns) in mm."""
        columns, rows = self.first.spacing
        steps = np.diff(_depths(self.headers))
        through = float(np.median(steps)) if len(steps) else self.first.thickness
        return (through, rows, columns)


def find_series(folder):
    """Lists the DICOM series in a folder and its subfolders.

    Files without `DICM` at byte 128 are no DICOM files. A series is divided where its
    slices differ in direction, size or echo, as those of a localizer do.

    Args:
        folder: any folder.

    Returns:
        A list of `Series` in order of their numbers in the study; the name of the
        first is `"<folder>#1"`.

    Raises:
        UserError: the folder or a file in it cannot be read.
    """
    groups = defaultdict(list)
    for path in _files_below(folder):
        try:
            header = read_header(path)
        except OSError as error:
            raise unreadable(path, error) from error
        if header is not None:
            groups[header.key].append(header)
    slices = [sorted(group, key=lambda one: one.path) for group in groups.values()]
    slices.sort(key=lambda group: (group[0].order, group[0].path))
    return [
        Series(f"{folder}#{number}", tuple(_in_order(group)))
        for number, group in enumerate(slices, 1)
    ]


def read_series(series):
    """Reads a series; rescaling is applied.

    Args:
        series: a `Series`.

    Returns:
        `(array, geometry)`: float32 `(slices, rows, columns)` and its `Geometry`.

    Raises:
        UserError: slices are missing, there twice or moved sideways; the file has many
            frames; or its voxels cannot be read.
    """
    _check(series)
    reader = sitk.ImageSeriesReader()
    reader.SetImageIO("GDCMImageIO")
    reader.SetFileNames([str(header.path) for header in series.headers])
    reader.SetOutputPixelType(sitk.sitkFloat32)
    try:
        array = sitk.GetArrayFromImage(reader.Execute())
    except RuntimeError as error:
        received = "voxels that GDCM cannot read"  # its words have the files' names
        raise UserError(series.name, "a readable series", received, _EXPORT) from error
    first, (through, rows, columns) = series.first, series.spacing
    direction = np.column_stack([*first.axes, _normal(series.headers)])
    affine = lps_affine(first.position, (columns, rows, through), direction)
    return array, Geometry(array.shape, affine)


def _files_below(folder):
    def raised(error):
        raise unreadable(folder, error) from error

    for parent, folders, names in os.walk(folder, onerror=raised):
        folders[:] = sorted(name for name in folders if not is_ignored(name))
        for name in sorted(names):
            path = Path(parent, name)
            if not is_ignored(name) and path.is_file():
                yield path


def _normal(headers):
    return np.cross(*headers[0].axes)


def _depths(headers):
    return [float(header.position @ _normal(headers)) for header in headers]


def _in_order(headers):
    depths = _depths(headers)
    return [headers[index] for index in np.argsort(depths, kind="stable")]


def _check(series):
    if series.first.frames > 1:
        raise UserError(
            series.name,
            "one slice per file",
            f"a file of {series.first.frames} frames (enhanced DICOM)",
            "convert it with `dcm2niix`, and pass the NIfTI file",
        )
    if len(series.headers) < _MIN_SLICES:
        raise UserError(
            series.name,
            f"{_MIN_SLICES} slices at least",
            len(series.headers),
            "name another series; `.venv/bin/python -m papers list-series FOLDER` "
            "shows what is there",
        )
    steps, step = np.diff(_depths(series.headers)), series.spacing[0]
    worst = float(steps[np.argmax(np.abs(steps - step))])
    if abs(worst - step) > _MAX_UNEVEN * step or step < 1e-3:
        raise UserError(
            series.name,
            "slices at even distances, each there once",
            f"distances of {step:.4g} and of {worst:.4g} mm",
            _EXPORT,
        )
    way = series.headers[-1].position - series.first.position
    through = float(way @ _normal(series.headers))
    sideways = float(np.linalg.norm(way - through * _normal(series.headers)))
    if sideways > _MAX_SHEAR * through:
        received = f"the last one {sideways:.3g} mm beside the first"
        raise UserError(
            series.name, "slices straight above each other", received, _EXPORT
        )
