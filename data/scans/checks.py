"""Whether a user's scan is like those of BraTS, so that a network can segment it."""

import itertools

import numpy as np

from common.errors import UserError
from data.brats.releases import MODALITIES
from data.integrity import Finding
from data.scans.registration import worst_placed
from data.volume.orientation import BRATS_AXES, axis_codes, tilt

# What each rule expects of a scan.
EXPECTED = {
    "grid": "four volumes on one grid",
    "place": "four volumes in the same place",
    "not-finite": "finite intensities",
    "constant": "different intensities above 0",
    "affine": "an affine that gives each axis a direction",
    "voxel-size": "voxels of 1 x 1 x 1 mm",
    "skull": "a skull-stripped scan that is 0 around the brain",
    "masks": "modalities that are 0 outside of the same brain",
    "registration": "modalities that show the same structures in the same place",
    "twice": "four different modalities",
    "small": "a whole brain",
    "negative": "intensities of at least 0",
    "tilted": "axes parallel to those of the patient",
    "orientation": f"axes that grow to {BRATS_AXES} (left, back, top), as in BraTS",
}
# Errors that mean "this will go wrong", not "this is impossible".
CAN_BE_FORCED = ("voxel-size", "skull", "masks", "twice")

# A brain has 1.0 to 1.9 liters, a head more than 3, a brain with a rim of skull some
# volume in between.
_MAX_LITERS, _GOOD_LITERS, _MIN_LITERS = 2.5, 1.9, 0.5
_MAX_OFFSET = 1.0  # mm between the same corner of two modalities
# Dice of the foregrounds of a modality and of the first one: above 0.996 in cases of
# BraTS, below 0.95 if one of them is moved by 5 mm.
_MIN_DICE, _GOOD_DICE = 0.6, 0.95
_MAX_TILT = 15.0  # degrees

_REGISTER = "co-register the modalities and resample them to one grid of 1 mm"
_ALIGN = "look at the modalities on top of each other; co-register them again"
_STRIP = "remove the skull and set everything but the brain to 0 in all modalities"
_RESAMPLE = "resample the scan to 1 mm, or add --force to try it as it is"
_LOOK = "look at the file"


def check_grids(paths, geometries):
    """Compares the grids of a scan's modalities with each other and with that of BraTS.

    Args:
        paths: path of the file by modality.
        geometries: `Geometry` by modality.

    Returns:
        A list of `Finding`.
    """
    first = geometries[MODALITIES[0]]
    findings = []
    for name in MODALITIES[1:]:
        other = geometries[name]
        if other.shape != first.shape:
            found = f"{other.shape}, and {first.shape} in {paths[MODALITIES[0]].name}"
            findings.append(_finding("error", "grid", paths[name], found, _REGISTER))
        elif not other.matches(first):
            offset = _corner_offset(first, other)
            severity = "error" if offset > _MAX_OFFSET else "warning"
            found = f"{offset:.2g} mm from {paths[MODALITIES[0]].name}"
            findings.append(_finding(severity, "place", paths[name], found, _REGISTER))
    path = paths[MODALITIES[0]]
    try:
        codes = axis_codes(first.affine)
    except ValueError:
        found, fix = f"{first.affine.tolist()}", "correct the file's header"
        return [*findings, _finding("error", "affine", path, found, fix)]
    if codes != BRATS_AXES:
        fix = "none: the scan is turned for the network, and the labels are turned back"
        findings.append(_finding("note", "orientation", path, codes, fix))
    if tilt(first.affine) > _MAX_TILT:
        found = f"a tilt of {tilt(first.affine):.0f} degrees"
        fix = "register the scan to an atlas, such as SRI24"
        findings.append(_finding("warning", "tilted", path, found, fix))
    low, high = min(first.spacing), max(first.spacing)
    if low < 0.9 or high > 1.1:
        severity = "error" if low < 0.7 or high > 1.5 else "warning"
        found = " x ".join(f"{mm:.3g}" for mm in first.spacing) + " mm"
        findings.append(_finding(severity, "voxel-size", path, found, _RESAMPLE))
    return findings


def check_intensities(paths, volumes, voxel_volume):
    """Looks for skulls, empty modalities, different brains and repeated files.

    Args:
        paths: path of the file by modality.
        volumes: array `(depth, height, width)` by modality, of one shape.
        voxel_volume: volume of a voxel in cubic mm.

    Returns:
        A list of `Finding`.
    """
    findings = []
    for name in MODALITIES:
        findings += _check_volume(name, paths[name], volumes[name], voxel_volume)
    first = volumes[MODALITIES[0]] != 0
    for name in MODALITIES[1:]:
        dice = _dice(first, volumes[name] != 0)
        if dice < _GOOD_DICE:
            severity = "error" if dice < _MIN_DICE else "warning"
            found = f"a Dice of {dice:.2f} with {paths[MODALITIES[0]].name}"
            findings.append(_finding(severity, "masks", paths[name], found, _REGISTER))
    for one, other in itertools.combinations(MODALITIES, 2):
        if np.array_equal(volumes[one], volumes[other]):
            found = f"the same voxels as {paths[one].name}"
            findings.append(_finding("error", "twice", paths[other], found, _LOOK))
    return findings


def check_registration(paths, volumes):
    """Looks for a modality that is moved or mirrored relative to the others.

    Args:
        paths: path of the file by modality.
        volumes: array `(depth, height, width)` by modality, of one shape, oriented
            like those of BraTS.

    Returns:
        A list of `Finding`.
    """
    found = worst_placed([volumes[name] for name in MODALITIES])
    if found is None:
        return []
    position, words = found
    path = paths[MODALITIES[position]]
    return [_finding("warning", "registration", path, f"fits better {words}", _ALIGN)]


def refuse_errors(findings, force=False):
    """Raises the first error among some findings, if there is one.

    Args:
        findings: list of `Finding`.
        force: whether the errors of `CAN_BE_FORCED` count as warnings.

    Returns:
        `findings`.

    Raises:
        UserError: there is an error.
    """
    for finding in findings:
        if finding.severity == "error" and not (
            force and finding.code in CAN_BE_FORCED
        ):
            expected = EXPECTED[finding.code]
            raise UserError(finding.file, expected, finding.found, finding.fix)
    return findings


def _finding(severity, code, path, found, fix):
    return Finding(severity, code, str(path), found, fix)


def _check_volume(name, path, volume, voxel_volume):
    if not np.isfinite(volume).all():
        yield _finding("error", "not-finite", path, "NaN or infinity", _LOOK)
        return
    values = volume[volume != 0]
    if not len(values) or values.min() == values.max() or values.max() <= 0:
        found = f"{volume.min()} to {volume.max()}, but no two values above 0"
        yield _finding("error", "constant", path, found, _LOOK)
        return
    if values.min() < 0:
        found = f"down to {values.min()}"
        fix = "none if the background is 0; otherwise shift the intensities"
        yield _finding("warning", "negative", path, found, fix)
    liters = len(values) * voxel_volume / 1e6
    found = f"{name} has {liters:.2g} liters that are not 0"
    if liters > _GOOD_LITERS:
        severity = "error" if liters > _MAX_LITERS else "warning"
        yield _finding(severity, "skull", path, found, _STRIP)
    elif liters < _MIN_LITERS:
        yield _finding("warning", "small", path, found, _LOOK)


def _corner_offset(first, other):
    """Returns the largest distance between the same corners of two grids, in mm."""
    corners = np.array(list(np.ndindex(2, 2, 2))) * (np.array(first.shape[::-1]) - 1)
    corners = np.column_stack([corners, np.ones(8)])
    offsets = corners @ (first.affine - other.affine).T
    return float(np.linalg.norm(offsets[:, :3], axis=1).max())


def _dice(first, second):
    either = np.count_nonzero(first) + np.count_nonzero(second)
    return 2 * np.count_nonzero(first & second) / max(either, 1)
