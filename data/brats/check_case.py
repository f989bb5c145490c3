"""What may be wrong with one case of a BraTS folder; every file is read once."""

from collections import Counter

import numpy as np

from common.errors import UserError
from data.brats.check_swap import suspected_swap
from data.brats.foreground import count_stray, foreground_box
from data.brats.label_order import read_values
from data.brats.labels import to_canonical
from data.brats.releases import MODALITIES
from data.digests import digest_picture
from data.integrity import Finding
from data.volume.files import read_volume
from data.volume.orientation import require_brats_axes

# Real brains fill a sixth of the release's grid, whole heads more than half.
_MAX_BRAIN, _MIN_BRAIN = 0.35, 0.03
# Minimum Dice of the brain in one modality with the brain in any modality.
_MIN_OVERLAP = 0.8

_AGAIN = "copy the file from the release again, or remove the case"
_LOOK = "look at the case; correct it or remove it"


def check_case(case, release, whole):
    """Checks the volumes of a case.

    Args:
        case: its `CaseFiles`.
        release: the `Release`.
        whole: shape of volumes that show a whole brain; volumes of other shapes may
            be crops, about whose background nothing is known.

    Returns:
        `(findings, geometry, digests, values)`: a list of `Finding`; the `Geometry`
        of most of the readable volumes, or None; by modality, the `digest_picture` of
        each image that could be read and is not empty; and the `LabelValues` of the
        label map, or None.
    """
    findings, volumes, geometries = _read(case)
    found, *known = check_volumes(case, release, whole, volumes, geometries)
    return findings + found, *known


def check_volumes(case, release, whole, volumes, geometries):
    """Checks the volumes of a case that could be read.

    Args:
        case: its `CaseFiles`.
        release: the `Release`.
        whole: as for `check_case`.
        volumes: arrays `(depth, height, width)` by role; emptied of the label map.
        geometries: their `Geometry` by role.

    Returns:
        As `check_case` does.
    """
    if not volumes:
        return [], None, {}, None
    findings, geometry = [], _most_common(geometries.values())
    findings += _geometry_findings(case, release, geometries, geometry)
    findings += _orientation_findings(case, geometry)
    label = volumes.pop("seg", None)
    values = None if label is None else read_values(label)
    for role, image in volumes.items():
        findings += _image_findings(image, role, case.files[role][0])
    digests = {
        role: digest_picture(image) for role, image in volumes.items() if image.any()
    }
    findings += _same_findings(case, digests)
    # What follows compares volumes with each other: of one shape, all finite.
    usable = {
        role: image
        for role, image in volumes.items()
        if image.shape == geometry.shape
        and image.any()
        and (image.dtype.kind != "f" or np.isfinite(image).all())
    }
    brain = np.zeros(geometry.shape, bool)
    for image in usable.values():
        brain |= image != 0
    findings += _brain_findings(case, usable, brain, geometry.shape == whole)
    if label is not None:
        label, found = _checked_label(label, release, brain, case.files["seg"][0])
        findings += found
    # Images or labels that are turned or moved must not be blamed on their names.
    if label is not None and not geometries["seg"].matches(geometry):
        label = None
    if len(usable) == len(MODALITIES) == len(set(digests.values())) and all(
        geometries[role].same_axes(geometry) for role in usable
    ):
        findings += _swap_findings(case, usable, label)
    return findings, geometry, digests, values


def _read(case):
    """Returns findings about unreadable files; volumes and geometries by role."""
    findings, volumes, geometries = [], {}, {}
    for role, paths in case.files.items():
        if not paths:
            continue
        try:
            volumes[role], geometries[role] = read_volume(paths[0])
        except UserError as error:
            found = f"expected {error.expected}; received {error.received}"
            fix = error.next_step
            findings.append(_finding("error", "unreadable", paths[0], found, fix))
    return findings, volumes, geometries


def _finding(severity, code, path, found, fix):
    return Finding(severity, code, str(path), found, fix)


def _most_common(geometries):
    """Returns the geometry that most of the others match."""
    geometries = list(geometries)
    shape = Counter(geometry.shape for geometry in geometries).most_common(1)[0][0]
    same = [geometry for geometry in geometries if geometry.shape == shape]
    return max(same, key=lambda one: sum(map(one.matches, same)))


def _geometry_findings(case, release, geometries, geometry):
    for role, own in geometries.items():
        path = case.files[role][0]
        if own.shape != geometry.shape:
            found = f"shape {own.shape}; the others have {geometry.shape}"
            yield _finding("error", "shape-mismatch", path, found, _AGAIN)
        elif not own.same_axes(geometry):
            found = (
                f"axes and spacing {own.rounded_axes()}; the others have "
                f"{geometry.rounded_axes()}"
            )
            fix = "turn or resample the file, or correct its header if that is wrong"
            yield _finding("error", "affine-mismatch", path, found, fix)
        elif not own.matches(geometry):
            # In the old releases, origins are known to differ.
            known = release.name in ("brats13", "brats15")
            found = (
                f"origin {own.affine[:3, 3].tolist()}; the others have "
                f"{geometry.affine[:3, 3].tolist()}"
            )
            fix = "none: voxels are compared by index"
            if not known:
                fix = "check that the case fits: voxels are compared by index"
            severity = "note" if known else "warning"
            yield _finding(severity, "affine-mismatch", path, found, fix)


def _orientation_findings(case, geometry):
    try:
        require_brats_axes(case.folder, geometry.affine)
    except UserError as error:
        found = f"expected {error.expected}; received {error.received}"
        yield _finding("error", "orientation", case.folder, found, error.next_step)


def _image_findings(image, role, path):
    if image.dtype.kind == "f" and not np.isfinite(image).all():
        count = image.size - int(np.isfinite(image).sum())
        found = f"{count} voxels of {role} are NaN or infinite"
        yield _finding("error", "not-finite", path, found, _AGAIN)
        return
    if not image.any():
        found = f"every voxel of {role} is 0"
        yield _finding("error", "empty-brain", path, found, _AGAIN)
        return
    low, high = image.min(), image.max()
    # In a constant image the brain is constant too, whatever surrounds it.
    inside = image[image != 0]
    if inside.min() == inside.max():
        found = f"every voxel of {role} that is not 0 is {inside[0]}"
        yield _finding("error", "constant-modality", path, found, _AGAIN)
    elif low < 0:
        found = f"intensities of {role} from {low} to {high}"
        fix = "none if the images were normalized; the releases have none below 0"
        yield _finding("note", "negative-intensity", path, found, fix)


def _same_findings(case, digests):
    roles = list(digests)
    for position, role in enumerate(roles):
        for other in roles[:position]:
            if digests[role] == digests[other]:
                found = f"{role} and {other} are the same image"
                path = case.files[role][0]
                yield _finding("error", "same-modality", path, found, _AGAIN)


def _brain_findings(case, images, brain, whole):
    if not images:
        return
    total = int(brain.sum())
    for role, image in images.items():
        count = np.count_nonzero(image)
        overlap = 2 * count / (count + total)  # each brain is part of the union
        if overlap < _MIN_OVERLAP:
            found = (
                f"{role} shows {count} of the {total} voxels that any modality shows"
            )
            fix = "check whether it shows another patient, is turned, or is cut off"
            path = case.files[role][0]
            yield _finding("warning", "brain-mismatch", path, found, fix)
    if not whole:
        return
    share = total / brain.size
    if share > _MAX_BRAIN:
        found = f"{share:.0%} of the voxels are not 0; a brain fills about 17 %"
        fix = "remove the skull and set the background to 0"
        yield _finding("warning", "background", case.folder, found, fix)
    elif share < _MIN_BRAIN:
        found = f"{share:.1%} of the voxels are not 0; a brain fills about 17 %"
        yield _finding("warning", "small-brain", case.folder, found, _LOOK)


def _canonical(values, release, path):
    """Returns canonical labels and no finding, or None and what is wrong."""
    try:
        return to_canonical(values, release, path), []
    except UserError as error:
        found = f"expected {error.expected}; received {error.received}"
    return None, [_finding("error", "unexpected-label", path, found, _AGAIN)]


def _checked_label(values, release, brain, path):
    """Returns canonical labels, or None if they cannot be used, and the findings."""
    label, findings = _canonical(values, release, path)
    if label is not None and label.shape == brain.shape:
        findings += _tumor_findings(label, brain, path)
    return label, findings


def _tumor_findings(label, brain, path):
    count = np.count_nonzero(label)
    if not count:
        yield _finding("warning", "no-tumor", path, "no voxel is labeled", _LOOK)
        return
    outside = np.count_nonzero(label[~brain])
    stray = 0
    if brain.any():
        try:
            stray = count_stray(label, foreground_box(brain))
        except ValueError as error:
            fix = "check whether label map and images show one patient in one space"
            yield _finding("error", "labels-outside", path, str(error), fix)
            return
    if outside:
        severity = "warning" if outside > count / 100 else "note"
        found = f"{outside} of {count} tumor voxels lie where every modality is 0"
        if stray:
            found += f"; {stray} are outside of the brain's box and not prepared"
        fix = "check whether label map and images show one patient in one space"
        yield _finding(severity, "tumor-outside", path, found, fix)


def _swap_findings(case, images, label):
    pair = suspected_swap([images[role] for role in MODALITIES], label)
    if pair:
        found = f"{pair[0]} looks like {pair[1]}, and vice versa"
        fix = "look at the case; if so, exchange the names of the two files"
        yield _finding("warning", "swapped-modality", case.folder, found, fix)
