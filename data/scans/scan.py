"""A user's scan of four modalities: read, checked and turned."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from common.errors import UserError
from data.brats.releases import MODALITIES
from data.case import Case
from data.integrity import Finding
from data.scans.checks import (
    check_grids,
    check_intensities,
    check_registration,
    refuse_errors,
)
from data.scans.find import ALL_FOUR, find_scan
from data.volume.channels import read_channels
from data.volume.files import read_volume
from data.volume.geometry import Geometry
from data.volume.orientation import from_brats_axes, to_brats_axes


@dataclass(frozen=True, eq=False)
class Scan:
    """The four volumes of a scan, oriented like those of BraTS.

    Args:
        volumes: arrays `(depth, height, width)` in the order of `MODALITIES`.
        geometry: `Geometry` of the files, before the volumes were turned.
        findings: the findings of the checks that are not errors.
        paths: file of each modality, for messages; None if there are no files.
    """

    volumes: tuple[np.ndarray, ...]
    geometry: Geometry
    findings: list[Finding]
    paths: dict | None = None

    def restore(self, volume):
        """Turns a volume, such as the labels, back to the orientation of the files.

        Args:
            volume: `(depth, height, width)`, oriented like `volumes`.

        Returns:
            A contiguous array of the same type.
        """
        return np.ascontiguousarray(from_brats_axes(volume, self.geometry.affine))


def read_scan(paths, force=False):
    """Reads and checks the four modalities of a scan.

    Args:
        paths: path by modality, `.nii`, `.nii.gz` or `.mha`.
        force: whether to continue if the scan is not skull-stripped or its voxels
            are not 1 mm wide.

    Returns:
        A `Scan`.

    Raises:
        UserError: a file is missing or cannot be read, the modalities are not on
            one grid, one is empty, or the scan is not like those of BraTS.
    """
    for name in MODALITIES:
        if name not in paths:
            received = ", ".join(paths) or "none"
            fix = f"pass {ALL_FOUR}"
            raise UserError("the scan", f"a file of {name}", received, fix)
    paths = {name: Path(paths[name]) for name in MODALITIES}
    read = {name: read_volume(path) for name, path in paths.items()}
    return _checked(read, paths, force)


def read_case(case, force=False):
    """Reads and checks the four modalities of a case, in one file or in four.

    Args:
        case: a `Case`.
        force: as for `read_scan`.

    Returns:
        A `Scan`.

    Raises:
        UserError: as `read_scan` does, or the one file holds no four volumes.
    """
    if case.channels is None:
        return read_scan(case.images, force)
    path = case.images[MODALITIES[0]]
    array, geometry = read_channels(path)
    if len(array) != len(case.channels):
        fix = "pass a file as the Decathlon has it, or four files, one per modality"
        raise UserError(path, f"{len(case.channels)} volumes", len(array), fix)
    read = {name: (array[case.channels[name]], geometry) for name in MODALITIES}
    return _checked(read, case.images, force)


def _checked(read, paths, force):
    volumes = {name: volume for name, (volume, _) in read.items()}
    geometries = {name: geometry for name, (_, geometry) in read.items()}
    findings = refuse_errors(check_grids(paths, geometries), force)
    geometry = geometries[MODALITIES[0]]
    voxel_volume = float(np.prod(geometry.spacing))
    findings += refuse_errors(check_intensities(paths, volumes, voxel_volume), force)
    turned = {
        name: to_brats_axes(volume, geometry.affine) for name, volume in volumes.items()
    }
    findings += check_registration(paths, turned)
    return Scan(tuple(turned.values()), geometry, findings, dict(paths))


def open_scan(scan, force=False):
    """Reads and checks a scan from whatever identifies it.

    Args:
        scan: the folder of a case, a file of four volumes, a `Case`, a dictionary of
            paths by modality, or a `Scan`, which is returned as it is.
        force: as for `read_scan`.

    Returns:
        A `Scan`.

    Raises:
        UserError: as `find_scan` and `read_scan` do.
    """
    if isinstance(scan, Scan):
        return scan
    if isinstance(scan, dict):
        return read_scan(scan, force)
    return read_case(scan if isinstance(scan, Case) else find_scan(scan), force)
