"""A scan of four modalities from anywhere: found, read, checked and turned."""

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
from data.scans.find import find_scan
from data.volume.files import read_volume
from data.volume.geometry import Geometry
from data.volume.orientation import from_brats_axes, to_brats_axes


@dataclass(frozen=True, eq=False)
class Scan:
    """The four volumes of a case, turned so that they lie as in BraTS.

    Args:
        volumes: arrays `(depth, height, width)` in the order of `MODALITIES`.
        geometry: `Geometry` of the files, before turning.
        findings: what the checks had to say that is no error.
    """

    volumes: tuple[np.ndarray, ...]
    geometry: Geometry
    findings: list[Finding]

    def restore(self, volume):
        """Returns a volume in the order of the files, such as the labels.

        Args:
            volume: `(depth, height, width)`, as `volumes`.
        """
        return np.ascontiguousarray(from_brats_axes(volume, self.geometry.affine))


def read_scan(paths, force=False):
    """Reads and checks the four modalities of a case.

    Args:
        paths: path of each of `MODALITIES`, `.nii`, `.nii.gz` or `.mha`.
        force: whether to go on where the scan is not skull-stripped or not 1 mm.

    Returns:
        A `Scan`.

    Raises:
        UserError: a file is missing or cannot be read, the modalities are not on
            one grid, one is empty, or the scan is not like those of BraTS.
    """
    for name in MODALITIES:
        if name not in paths:
            given = ", ".join(paths) or "none"
            raise UserError("the scan", f"a file of {name}", given, "name all four")
    paths = {name: Path(paths[name]) for name in MODALITIES}
    read = {name: read_volume(path) for name, path in paths.items()}
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
    return Scan(tuple(turned.values()), geometry, findings)


def open_scan(scan, force=False):
    """Reads and checks a scan, however it is given.

    Args:
        scan: folder of a case, a `Case`, the path of each of `MODALITIES` in a dict,
            or a `Scan`, which is returned as it is.
        force: as for `read_scan`.

    Returns:
        A `Scan`.

    Raises:
        UserError: as `find_scan` and `read_scan` do.
    """
    if isinstance(scan, Scan):
        return scan
    if not isinstance(scan, Case | dict):
        scan = find_scan(scan)
    return read_scan(scan.images if isinstance(scan, Case) else scan, force)
